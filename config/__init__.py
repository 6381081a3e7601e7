VERSION = "0.9.0"  # CHANGELOG.md says what each version brought
