import pytest

from tests.fake_asana.app import App
from tests.stand_in import StandIn


@pytest.fixture(scope="session")
def running():
    with StandIn.start() as asana:
        yield asana


@pytest.fixture
def asana(running):
    running.reset()
    return running


@pytest.fixture
def app(asana):
    app = App(asana)
    yield app
    app.http.close()
