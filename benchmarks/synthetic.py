"""Made-up mentions in any number, the same for the same seed: what the marts and the reports are measured with.

Four acts in a row are told by three documents each, so N mentions come from N / 4 documents and tell about
N / 3 events. Days run from 2013 to 2026 in the order of the acts. Few senders and targets have most of the acts, as in
the news.

    python -m benchmarks.synthetic 10000 --store /tmp/synthetic
"""

from pathlib import Path
from typing import Annotated

import duckdb
import typer

from flows.warehouse import open_warehouse
from models.seeds import SEEDS

ACTS, TELLINGS = 4, 3  # of a group: its documents tell the same acts
GROUP = ACTS * TELLINGS  # mentions
SENDERS = 40  # states and organisations that act; every other party may be a target
COMPANIES = 5000  # targets that the seeds do not list

_PARTIES = f"""
CREATE OR REPLACE TEMP TABLE party AS
WITH listed AS (
    SELECT party_id, name FROM read_csv($countries)
    UNION ALL SELECT party_id, name FROM read_csv($parties) WHERE kind IN ('organisation', 'bloc')
    UNION ALL SELECT NULL AS party_id, concat('Umbra ', number, ' Ltd') AS name FROM range({COMPANIES}) AS n (number)
)
SELECT *, row_number() OVER (ORDER BY party_id IS NULL, hash(name, $seed)) - 1 AS place FROM listed
"""

_ACTS = f"""
CREATE OR REPLACE TEMP TABLE act AS
WITH drawn AS (
    SELECT
        act,
        act // {ACTS} AS story,
        -- Numbers from 0 to 1, one for each choice; a power of them gives the first of a list most of the draws.
        list_transform(range(7), lambda choice: hash(act, choice, $seed) / 18446744073709551616.0) AS draw
    FROM range($first * {ACTS}, $last * {ACTS}) AS acts (act)
)
SELECT
    act,
    story,
    sender.party_id AS actor_id,
    sender.name AS actor,
    target.party_id AS target_id,
    target.name AS target,
    ['impose', 'extend', 'ease', 'lift', 'enforce', 'violate'][1 + floor(6 * draw[3] ** 2)::INTEGER] AS action,
    ['enacted', 'planned', 'threatened', 'demanded', 'considered', 'rejected']
        [1 + floor(6 * draw[4] ** 3)::INTEGER] AS status,
    ['general', 'asset_freeze', 'travel_ban', 'trade', 'financial', 'energy', 'arms_embargo', 'tariff', 'aid']
        [1 + floor(9 * draw[5] ** 2)::INTEGER] AS measure,
    DATE '2013-01-01' + (4900 * story / $stories)::INTEGER AS day,
    round(0.5 + draw[6] / 2, 3) AS confidence,
    draw[7] < 0.7 AS dated
FROM drawn
INNER JOIN party AS sender ON sender.place = floor({SENDERS} * draw[1] ** 3)
INNER JOIN party AS target
    ON target.place = {SENDERS} + floor(($parties - {SENDERS}) * draw[2] ** 4)
"""

_DOCUMENTS = f"""
INSERT INTO raw.documents BY NAME
SELECT
    md5(concat_ws('-', 'document', story, telling, $seed)) AS document_id,
    concat('synthetic/', story, '-', telling) AS origin,
    'Paper ' || (1 + hash(story, telling) % 20) AS source,
    any_value(actor ORDER BY act) || ' and ' || any_value(target ORDER BY act) AS title,
    any_value(day) + telling::INTEGER AS published,
    concat('https://news.example/', story, '/', telling) AS url,
    string_agg(concat(actor, ' moved to ', action, ' sanctions on ', target, '.'), ' ' ORDER BY act) AS text,
    6 * count(*) AS word_count,
    TRUE AS passed_gate,
    'synthetic' AS extractor_version,
    'synthetic' AS run_id,
    TIMESTAMP '2026-01-01' AS loaded_at,
    document_id AS story_id
FROM act CROSS JOIN range({TELLINGS}) AS tellings (telling)
GROUP BY story, telling
"""

_ORIGINS = (
    "INSERT INTO raw.origins BY NAME SELECT origin, document_id FROM raw.documents ANTI JOIN raw.origins USING (origin)"
)

_MENTIONS = f"""
INSERT INTO raw.event_mentions BY NAME
WITH told AS (
    SELECT
        *,
        md5(concat_ws('-', 'document', story, telling, $seed)) AS document_id,
        concat(actor, ' moved to ') AS beginning,
        concat(actor, ' moved to ', action, ' sanctions on ', target, '.') AS sentence
    FROM act CROSS JOIN range({TELLINGS}) AS tellings (telling)
)
SELECT
    md5(concat_ws('-', 'mention', act, telling, $seed)) AS mention_id,
    md5(concat_ws('-', 'act', act, telling, $seed)) AS act_id,
    document_id,
    actor_id, actor AS actor_text, actor AS actor_name, 0 AS actor_start, length(actor) AS actor_end,
    action, status,
    target_id, target AS target_text, target AS target_name,
    length(sentence) - 1 - length(target) AS target_start, length(sentence) - 1 AS target_end,
    [measure] AS measures,
    IF(dated, 'on that day', NULL) AS date_text,
    day + IF(dated, 0, telling::INTEGER) AS date_start,
    day + IF(dated, 0, telling::INTEGER) AS date_end,
    'day' AS date_precision,
    IF(dated, 'text', 'publication') AS date_basis,
    action AS trigger,
    length(beginning) AS trigger_start, length(beginning) + length(action) AS trigger_end,
    sentence, 0 AS sentence_start, length(sentence) AS sentence_end,
    confidence,
    'synthetic' AS extractor_version,
    'synthetic' AS run_id
FROM told
"""


def fill(connection: duckdb.DuckDBPyConnection, mentions: int, *, skip: int = 0, seed: int = 1) -> None:
    """Insert `mentions` mentions and their documents into the raw tables, after the first `skip` ones of the same seed.

    Both are rounded down to whole groups of `GROUP` mentions.
    """
    first, last = skip // GROUP, (skip + mentions) // GROUP
    seeds = {"countries": str(SEEDS / "countries.csv"), "parties": str(SEEDS / "parties.csv"), "seed": seed}
    connection.execute(_PARTIES, seeds)
    stories = max(last, 1) if not skip else max(first, 1)
    parties = connection.table("party").count("*").fetchall()[0][0]
    connection.execute(_ACTS, {"first": first, "last": last, "stories": stories, "seed": seed, "parties": parties})
    connection.execute(_DOCUMENTS, {"seed": seed})
    connection.execute(_ORIGINS)
    connection.execute(_MENTIONS, {"seed": seed})


def main(
    mentions: Annotated[int, typer.Argument(min=GROUP, help="How many mentions")],
    store: Annotated[Path, typer.Option(help="Folder of the warehouse")],
    seed: Annotated[int, typer.Option()] = 1,
) -> None:
    """Write a warehouse of made-up mentions, build its marts and publish them."""
    from flows.publish import publish
    from flows.transform import transform

    warehouse = store / "warehouse.duckdb"
    with open_warehouse(warehouse) as connection:
        fill(connection, mentions, seed=seed)
    transform(warehouse, store / "work")
    publish(warehouse, store / "sanctions.duckdb")


if __name__ == "__main__":
    typer.run(main)
