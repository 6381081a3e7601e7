VERSION = "0.10.0.dev0"  # CHANGELOG.md says what each version brought
