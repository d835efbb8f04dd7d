"""One command starts everything, keeps it running and ends it together."""

import itertools
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.recovery.processes import eventually, free_port, kill_all, living, with_data
from tests.recovery.product import Product, pids_of

pytestmark = pytest.mark.xdist_group("supervisor")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("a product") / "var"


@pytest.fixture
def product(prepared: Path) -> Iterator[Product]:
    product = Product(prepared)
    yield product
    for process in product.started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)
    assert eventually(lambda: not with_data(prepared)), "nobody is left behind"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_ends_everything_when_asked(product: Product, how: signal.Signals) -> None:
    process = product.start()
    assert process.stdout
    said = list(itertools.takewhile(lambda line: line != "Ctrl-C ends it.\n", process.stdout))
    assert product.ready()

    process.send_signal(how)
    rest, _ = process.communicate(timeout=30)

    assert process.returncode == 0
    assert rest == ""
    assert f"Service recovery is at http://localhost:{product.port}/\n" in said
    assert any("fern@demo.example" in line for line in said)
    assert with_data(product.data) == set()


def test_when_it_is_killed_all_that_it_started_ends_by_itself(product: Product) -> None:
    process = product.start()
    assert eventually(product.ready)

    process.kill()

    assert eventually(lambda: not with_data(product.data))
    assert living(product.data) == {}


def test_after_everything_was_killed_it_starts_again(product: Product) -> None:
    product.start()
    assert eventually(product.ready)
    kill_all(with_data(product.data) | set(living(product.data).values()))

    product.start()

    assert eventually(product.ready)


def test_what_dies_is_started_again(product: Product) -> None:
    product.start()
    assert eventually(product.ready)
    redis = living(product.data)["redis"]
    kill_all({redis, *pids_of(product.data, "worker")})

    assert eventually(lambda: living(product.data).get("redis", redis) != redis)
    assert eventually(lambda: bool(pids_of(product.data, "worker")))
    assert eventually(product.ready)


def test_a_second_one_on_the_same_data_is_refused(product: Product) -> None:
    product.start()
    assert eventually(product.ready)

    said, _ = product.start(port=free_port()).communicate(timeout=30)

    assert said == f"It is running already with the data in {product.data}; set DATA_DIR and PORT for a second one.\n"


def test_a_taken_port_is_refused_with_a_sentence(product: Product, tmp_path: Path) -> None:
    product.start()
    assert eventually(product.ready)
    other = Product(tmp_path / "var")

    said, _ = other.start(port=product.port).communicate(timeout=30)

    assert said == (
        f"The setting PORT is not usable: {product.port} cannot be listened on (Address already in use); "
        "set another one.\n"
    )
