from collections.abc import Callable, Sequence
from pathlib import Path

import pycountry
import pytest

from models import seeds
from models.event import Measure
from models.parties import wording
from models.seeds import SeedError

LOADERS: list[Callable[..., object]] = [
    seeds.countries,
    seeds.parties,
    seeds.measures,
    seeds.principals,
    wording.references,
    wording.speakers,
    wording.pronouns,
    wording.determiners,
    wording.titles,
    wording.name_particles,
    wording.reporting_verbs,
    wording.administrations,
]
COUNTRIES = (
    "party_id,name,adjectives,capitals,aliases,region,qid",
    "XAA,Ardonia,Ardonian,Ardo,Republic of Ardonia,Utopia,Q1",
)
PARTIES = ("party_id,name,kind,country,aliases,local_aliases,qid", "BLOC,Bloc of Inventions,bloc,,BoI,,")

PRINCIPALS = ["party_id,principal"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Writes seed files into a folder that stands for seeds/."""
    monkeypatch.setattr(seeds, "SEEDS", tmp_path)

    def write(name: str, lines: Sequence[str]) -> None:
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    write("countries.csv", COUNTRIES)
    write("parties.csv", PARTIES)
    clear()
    yield write
    monkeypatch.undo()
    clear()


def clear() -> None:
    for loader in (*LOADERS, seeds.party_ids):
        loader.cache_clear()  # pyright: ignore[reportFunctionMemberAccess]


def test_every_iso_country_and_kosovo_is_there():
    codes = {country.party_id for country in seeds.countries()}
    assert codes == {country.alpha_3 for country in pycountry.countries} | {"XKX"}


def test_measures_come_in_the_codebooks_kinds():
    assert {row.measure for row in seeds.measures()} == set(Measure)


@pytest.mark.parametrize("loader", LOADERS, ids=lambda loader: loader.__name__)
def test_the_projects_own_seeds_load(loader: Callable[[], Sequence[object]]):
    assert loader()


def test_rows_come_with_their_line_numbers(folder: Callable[[str, Sequence[str]], None]):
    folder("words.csv", ["word,kind", '"two\nlines",a', "", "next , b"])
    rows = list(seeds.read_rows("words.csv", ("word", "kind")))
    assert rows == [(3, {"word": "two\nlines", "kind": "a"}), (5, {"word": "next", "kind": "b"})]


@pytest.mark.parametrize(
    ("file", "lines", "loader", "message"),
    [
        ("countries.csv", ["party_id,name"], seeds.countries, "countries.csv:1: the columns are party_id,name"),
        ("countries.csv", [*COUNTRIES, "XAB,Bor"], seeds.countries, "countries.csv:3: 2 cells in place of 7"),
        ("countries.csv", [*COUNTRIES, "XAA,Bor,,,,,"], seeds.countries, "countries.csv:3: party_id 'XAA' stands at"),
        ("countries.csv", [*COUNTRIES, "XAB,Bor,,Ardo,,,"], seeds.countries, "countries.csv:3: name 'Ardo' stands at"),
        ("countries.csv", [*COUNTRIES, "xa,Bor,,,,,"], seeds.countries, "countries.csv:3: party_id 'xa' is no code"),
        ("countries.csv", [*COUNTRIES, "XAB,,,,,,"], seeds.countries, "countries.csv:3: name is empty"),
        ("countries.csv", [*COUNTRIES, "XAB,Bor,,,,,P5"], seeds.countries, "countries.csv:3: qid 'P5'"),
        (
            "parties.csv",
            [*PARTIES, "A,Abc,club,,,,"],
            seeds.parties,
            "parties.csv:3: kind is 'club'; use one of state,",
        ),
        ("parties.csv", [*PARTIES, "A,Abc,bloc,XZZ,,,"], seeds.parties, "parties.csv:3: country 'XZZ' is not in"),
        ("parties.csv", [*PARTIES, "XAA,Abc,bloc,,,,"], seeds.parties, "parties.csv:3: party_id 'XAA' stands at"),
        (
            "parties.csv",
            [*PARTIES, "A,Abc,bloc,,BoI,,"],
            seeds.parties,
            "parties.csv:3: name 'BoI' stands at parties.csv:2",
        ),
        ("parties.csv", [*PARTIES, "A,Abc,bloc,,Ardo,,"], seeds.parties, "name 'Ardo' stands at countries.csv"),
        ("measures.csv", ["measure,label,description", "tax,Tax,"], seeds.measures, "measures.csv:2: measure is 'tax'"),
        ("measures.csv", ["measure,label,description"], seeds.measures, "measures.csv: no row for aid, arms_embargo"),
        (
            "principals.csv",
            [*PRINCIPALS, "BLOC,CLUB"],
            seeds.principals,
            "principals.csv:2: party 'CLUB' is in neither",
        ),
        (
            "principals.csv",
            [*PRINCIPALS, "BLOC,XAA", "BLOC,XAA"],
            seeds.principals,
            "principals.csv:3: party_id 'BLOC'",
        ),
        (
            "principals.csv",
            [*PRINCIPALS, "BLOC,XAA", "XAA,BLOC"],
            seeds.principals,
            "'BLOC' is a principal and acts for",
        ),
        (
            "references.csv",
            ["phrase,kinds,parties,office,default", "the club,,BLOC>CLUB,,"],
            wording.references,
            "references.csv:2: party 'CLUB' is in neither",
        ),
        (
            "speakers.csv",
            ["field,pattern,we,i,body", "author,x,XAA,,"],
            wording.speakers,
            "speakers.csv:2: field is 'author'; use title, source or url",
        ),
        (
            "speakers.csv",
            ["field,pattern,we,i,body", "url,(x,XAA,,"],
            wording.speakers,
            "speakers.csv:2: pattern '(x' is no regular expression",
        ),
        (
            "pronouns.csv",
            ["pronoun,person,number,personal", "we,first,dual,no"],
            wording.pronouns,
            "pronouns.csv:2: number is 'dual'; use one of singular, plural, any",
        ),
        (
            "administrations.csv",
            ["country,party_id,head,start,end", "XAA,BLOC,BLOC,2020-13-01,"],
            wording.administrations,
            "administrations.csv:2: month must be in 1..12",
        ),
        ("titles.csv", ["title", "Doge", "Doge"], wording.titles, "titles.csv:3: title 'Doge' stands at titles.csv:2"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_line(
    folder: Callable[[str, Sequence[str]], None],
    file: str,
    lines: Sequence[str],
    loader: Callable[[], object],
    message: str,
):
    folder(file, lines)
    with pytest.raises(SeedError) as error:
        loader()
    assert message in str(error.value)


def test_a_missing_file_is_named(folder: Callable[[str, Sequence[str]], None]):
    with pytest.raises(SeedError, match=r"absent\.csv: not found in"):
        list(seeds.read_rows("absent.csv", ("word",)))
