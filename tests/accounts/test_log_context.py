"""Bind fields to lines of the log, within a thread, and take them along to another."""

from concurrent.futures import ThreadPoolExecutor

from accounts import log_context


def test_fields_are_bound_one_within_another():
    with log_context.bound(request_id="a"):
        with log_context.bound(attempt=2):
            assert log_context.fields() == {"request_id": "a", "attempt": 2}
        assert log_context.fields() == {"request_id": "a"}
    assert log_context.fields() == {}


def test_a_thread_of_a_pool_begins_without_and_can_be_given_them():
    with ThreadPoolExecutor(1) as pool, log_context.bound(job_id="a"):
        assert pool.submit(log_context.fields).result() == {}
        assert pool.submit(log_context.carried(log_context.fields)).result() == {"job_id": "a"}
        assert pool.submit(log_context.fields).result() == {}


def test_ids_are_their_own():
    assert len({log_context.new_id() for _ in range(100)}) == 100
