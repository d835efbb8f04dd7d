"""What every test has at hand."""

pytest_plugins = ["tests.servers", "tests.cast", "tests.stock"]
