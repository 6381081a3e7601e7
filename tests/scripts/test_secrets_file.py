from cryptography.fernet import Fernet
from dotenv import dotenv_values

from scripts.secrets_file import keep_secrets


def test_it_makes_what_is_missing_for_its_owner_alone(tmp_path):
    path = tmp_path / "new" / ".env"
    assert keep_secrets(path) == ["SECRET_KEY", "TOKEN_KEYS"]
    values = dotenv_values(path)
    Fernet(values["TOKEN_KEYS"])
    assert len(values["SECRET_KEY"]) >= 50
    assert path.stat().st_mode & 0o077 == 0


def test_it_begins_as_a_copy_of_the_example(tmp_path):
    example = tmp_path / "example"
    example.write_text("# words\nSITE_URL=http://localhost:8000\nSECRET_KEY=\n")
    keep_secrets(tmp_path / ".env", like=example)
    text = (tmp_path / ".env").read_text()
    assert "# words" in text
    assert "SITE_URL=http://localhost:8000" in text
    assert text.count("SECRET_KEY=") == 1


def test_what_is_there_stays(tmp_path):
    path = tmp_path / ".env"
    keep_secrets(path)
    before = path.read_text()
    assert keep_secrets(path) == []
    assert path.read_text() == before


def test_a_secret_in_a_file_of_its_own_is_not_made_again(tmp_path):
    path = tmp_path / ".env"
    path.write_text("TOKEN_KEYS_FILE=/run/secrets/keys\n")
    assert keep_secrets(path) == ["SECRET_KEY"]
