"""How long statements wait for a database that sends nothing."""

from threading import Thread

from ciam.postgresql import patience


def test_commands_wait_as_long_as_the_server_works():
    """A migration, or an import's batch, may take minutes."""
    assert patience.seconds() is None


def test_calls_wait_for_less_than_the_other_work_of_a_web_process(monkeypatch):
    monkeypatch.setattr(patience, "_of_process", [])
    patience.bound_process()
    elsewhere = []

    with patience.impatient():
        of_call = patience.seconds()
        other = Thread(target=lambda: elsewhere.append(patience.seconds()))
        other.start()
        other.join()

    assert (of_call, elsewhere, patience.seconds()) == (2.5, [5.5], 5.5)
