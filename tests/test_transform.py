import subprocess
import sys
from contextlib import chdir
from datetime import date
from pathlib import Path

import duckdb
import pytest

from flows.dictionary import DICTIONARY, dictionary
from flows.transform import PROJECT, Transformed, TransformError, _models, transform
from flows.warehouse import load, open_warehouse, unread
from models.contracts import check
from models.event import Action, Measure, Status
from models.rows import document_rows, mention_rows, rejection_rows
from tests.dispatches import STAMP, Act, day, dispatch, month

USA, IRAN, UMBRA = ("Washington", "United States", "USA"), ("Iran", "Iran", "IRN"), ("Umbra", "Umbra Shipping", None)
WEDNESDAY, FRIDAY, SUNDAY = date(2014, 7, 16), date(2014, 7, 18), date(2014, 7, 20)

READINGS = [
    # One act, told by three documents within the window, and once more past it.
    dispatch(
        "The EU sanctioned Russia on Wednesday.", Act("sanctioned", date=day("on Wednesday", WEDNESDAY)), source="A"
    ),
    dispatch(
        "The EU froze assets and sanctioned Russia.",
        Act("sanctioned", measures=(Measure.ASSET_FREEZE,), confidence=0.95),
        origin="b.txt",
        published=FRIDAY,
        source="B",
    ),
    dispatch(
        "Russia was sanctioned by the EU.", Act("sanctioned"), origin="c.txt", published=date(2014, 7, 19), source="A"
    ),
    dispatch("The EU then sanctioned Russia.", Act("sanctioned"), origin="d.txt", published=SUNDAY, source="A"),
    # The same act with another status, and dated to a month.
    dispatch("The EU may have sanctioned Russia.", Act("sanctioned", status=Status.CONSIDERED), origin="e.txt"),
    dispatch(
        "The EU sanctioned Russia in July.", Act("sanctioned", date=month("in July", date(2014, 7, 1))), origin="f.txt"
    ),
    # Two targets, one of them unlisted; no actor; no date.
    dispatch(
        "Washington eased sanctions on Iran and Umbra.",
        Act("eased", actors=(USA,), targets=(IRAN, UMBRA), action=Action.EASE),
        origin="g.txt",
    ),
    dispatch(
        "Sanctions on Umbra were lifted.", Act("lifted", (), (UMBRA,), Action.LIFT), origin="h.txt", published=None
    ),
    dispatch(
        "Sanctions on Umbra are now lifted.", Act("lifted", (), (UMBRA,), Action.LIFT), origin="i.txt", published=None
    ),
    # Told as done before it happens: a misreading, which warns.
    dispatch(
        "Washington sanctioned Iran on Sunday.",
        Act("sanctioned", (USA,), (IRAN,), date=day("on Sunday", SUNDAY)),
        origin="j.txt",
    ),
    dispatch("It rained.", origin="k.txt"),
]


def warehouse_of(path: Path, readings) -> Path:
    with open_warehouse(path) as connection:
        checked = check(document_rows(readings, STAMP), mention_rows(readings, STAMP))
        assert checked.rejections == ()
        nothing = unread(connection, [], "1.0")[1]
        load(connection, checked.documents, checked.mentions, rejection_rows([], STAMP), nothing, STAMP)
    return path


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def built(store) -> Transformed:
    with chdir(store):
        return transform(warehouse_of(Path("warehouse.duckdb"), READINGS), Path("dbt"))


@pytest.fixture(scope="module")
def marts(store, built):
    with duckdb.connect(store / "warehouse.duckdb", read_only=True) as connection:
        connection.execute("USE marts")
        yield connection


def test_all_models_and_tests_pass_but_the_one_that_warns(built):
    assert built.passed > 80
    (warning,) = built.warnings
    assert warning.startswith("test enacted_events_are_not_told_before_they_happen: Got 1 result")


def test_the_file_is_not_locked_afterwards(store, built):
    script = (
        f"import duckdb; duckdb.connect({str(store / 'warehouse.duckdb')!r}).execute('CREATE TABLE main.free (i INT)')"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_dbt_writes_into_its_work_folder_alone_which_lies_in_the_current_one(store, built):
    assert (store / "dbt" / "logs" / "dbt.log").exists()
    assert (store / "dbt" / "target" / "manifest.json").is_file()
    assert {path.name for path in PROJECT.iterdir()} == {
        "data-tests", "dbt_project.yml", "macros", "models", "profiles.yml",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            "status = 'enacted' AND date_start = '2014-07-16'",
            (3, 3, 2, "2014-07-17", "2014-07-19", ["asset_freeze", "general"]),
        ),
        ("date_start = '2014-07-20' AND actor_id = 'EU'", (1, 1, 1, "2014-07-20", "2014-07-20", ["general"])),
        ("status = 'considered'", (1, 1, 0, "2014-07-17", "2014-07-17", ["general"])),
        ("date_precision = 'month'", (1, 1, 0, "2014-07-17", "2014-07-17", ["general"])),
        ("action = 'ease' AND target_id = 'IRN'", (1, 1, 0, "2014-07-17", "2014-07-17", ["general"])),
    ],
)
def test_an_event_told_by_many_is_one_row(marts, event, expected):
    columns = "mention_count, document_count, source_count, first_told::VARCHAR, last_told::VARCHAR, measures"
    assert marts.execute(f"SELECT {columns} FROM fct_events WHERE {event}").fetchall() == [expected]


def test_date_and_evidence_come_from_the_telling_that_states_the_date(marts):
    query = (
        "SELECT evidence, date_text, date_basis FROM fct_events WHERE status = 'enacted' AND date_start = '2014-07-16'"
    )
    assert marts.execute(query).fetchall() == [("The EU sanctioned Russia on Wednesday.", "on Wednesday", "text")]


def test_undated_mentions_merge_within_their_document_only(marts):
    query = "SELECT actor_id, date_start, mention_count FROM fct_events WHERE action = 'lift'"
    assert marts.execute(query).fetchall() == [(None, None, 1), (None, None, 1)]


def test_an_unlisted_party_has_one_key(marts):
    query = "SELECT name, kind, target_mention_count FROM dim_party WHERE kind = 'unlisted'"
    assert marts.execute(query).fetchall() == [("Umbra Shipping", "unlisted", 3)]


def test_the_wide_table_has_a_row_for_each_event_and_names_for_its_parties(marts):
    assert (
        marts.execute("SELECT count(*) FROM bi_events").fetchone()
        == marts.execute("SELECT count(*) FROM fct_events").fetchone()
    )
    query = "SELECT actor, target, target_country_name, measures FROM bi_events WHERE action = 'ease' ORDER BY target"
    assert marts.execute(query).fetchall() == [
        ("United States", "Iran", "Iran", "general"),
        ("United States", "Umbra Shipping", None, "general"),
    ]


def test_a_case_is_told_from_its_events(marts):
    """The telling past the window tightens what the first ones imposed; the one by month tells it again."""
    query = (
        "SELECT target, state, imposed_on::VARCHAR, tightened_count, event_count, evidence FROM bi_episodes"
        " WHERE sender = 'European Union'"
    )
    assert marts.execute(query).fetchall() == [
        ("Russia", "in_force", "2014-07-16", 1, 3, "The EU sanctioned Russia on Wednesday.")
    ]
    query = (
        "SELECT list(step ORDER BY step_number) FROM fct_episode_steps INNER JOIN bi_episodes USING (episode_id)"
        " WHERE sender = 'European Union'"
    )
    assert marts.execute(query).fetchall() == [(["imposed", "considered", "tightened"],)]


def test_a_source_is_counted_by_what_it_tells(marts):
    query = "SELECT source, document_count, event_count, first_told_count, alone_count FROM dim_source ORDER BY source"
    assert marts.execute(query).fetchall() == [("A", 3, 2, 2, 1), ("B", 1, 1, 0, 0)]


def test_every_column_is_described(marts):
    """By the same YAML that makes the data dictionary; dbt itself holds only marts to it."""
    text = dictionary()
    rows = marts.execute(
        "SELECT table_name, column_name FROM duckdb_columns()"
        " WHERE schema_name IN ('marts', 'intermediate', 'staging', 'seeds', 'raw')"
    ).fetchall()
    sections = {part.split("\n", 1)[0]: part for part in text.split("\n### ")[1:]}
    assert [row for row in rows if f"| `{row[1]}` |" not in sections.get(row[0], "")] == []


def test_the_dictionary_is_fresh():
    assert DICTIONARY.read_text(encoding="utf-8") == dictionary(), "run: python -m flows.dictionary"


@pytest.mark.slow
def test_an_empty_warehouse_has_empty_marts(store, built, tmp_path):
    path = warehouse_of(tmp_path / "warehouse.duckdb", [])
    assert transform(path, store / "dbt").warnings == ()
    with duckdb.connect(path, read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM marts.bi_events").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM marts.dim_date").fetchone() == (0,)


@pytest.mark.slow
def test_a_failed_test_is_named(store, built, tmp_path):
    path = warehouse_of(tmp_path / "warehouse.duckdb", READINGS[:1])
    with duckdb.connect(path) as connection:
        connection.execute("UPDATE raw.event_mentions SET status = 'rumoured'")
    with pytest.raises(TransformError, match="test accepted_values_fct_event_mentions_status") as error:
        transform(path, store / "dbt")
    assert "\n" not in str(error.value)


@pytest.mark.slow
def test_a_model_that_cannot_be_built_is_named(store, built, tmp_path):
    path = warehouse_of(tmp_path / "warehouse.duckdb", [])
    with duckdb.connect(path) as connection:
        connection.execute("ALTER TABLE raw.event_mentions DROP sentence")
    with pytest.raises(TransformError, match=r"model stg_event_mentions: .*sentence"):
        transform(path, store / "dbt")
    with duckdb.connect(path):
        pass


def test_a_file_that_is_no_warehouse_is_a_failure_to_start(store, built, tmp_path):
    path = tmp_path / "warehouse.duckdb"
    path.write_text("no database " * 1000)
    with pytest.raises(TransformError, match="not a valid DuckDB"):
        transform(path, store / "dbt")


@pytest.mark.parametrize("is_other", [True, False])
def test_a_build_of_other_models_that_fails_is_not_built_on(tmp_path, is_other):
    path, digest = tmp_path / "warehouse.duckdb", tmp_path / "dbt" / "models.sha256"
    path.write_text("no database " * 1000)
    digest.parent.mkdir()
    digest.write_text("of another version" if is_other else _models())
    with pytest.raises(TransformError):
        transform(path, digest.parent)
    assert digest.exists() != is_other
