"""`sources.toml`: the named sources that a pipeline watches, read and validated.

Each table `[sources.NAME]` is one source; its `kind` says which keys it has. A secret never stands in the file: a key
whose name ends in `_from` holds the name of the environment variable, or of the Prefect block, that has it.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from models.errors import UserError

_WEB = ("http", "https")
_BLOCK = "secret/"  # how a name begins that is one of a Prefect block, and no environment variable
_FETCHING = {"http", "https", "ftp", "sftp", "webdav", "git", "github", "hf", "reference"}


class SourcesFileError(UserError):
    """The file of sources cannot be used; the message names the file, the source and the key, and is one line."""


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in _WEB or not parts.hostname:
        raise ValueError("is no http:// or https:// address")
    if parts.username or parts.password:
        raise ValueError("holds a user or password; use headers_from and an environment variable")
    return url


def _remote_address(url: str) -> str:
    protocols = {part.split("://")[0].lower() for part in url.split("::")}
    if "://" not in url:
        raise ValueError("is no address such as s3://bucket/folder/*.jsonl; for local files use kind folder or glob")
    if protocols & _FETCHING:
        raise ValueError("is read over the open network; for http and https use kind pages, whose client is safe")
    return url


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from error
    return text


_WebAddress = Annotated[str, AfterValidator(_web_address)]
_RemoteAddress = Annotated[str, AfterValidator(_remote_address)]
_Pattern = Annotated[str, AfterValidator(_pattern)]
_Secret = Annotated[str, StringConstraints(pattern=r"^([A-Za-z_][A-Za-z0-9_]*|secret/[a-z0-9-]+)$")]
_Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: _Name


class FolderSource(_Source):
    """All readable files of a local folder."""

    kind: Literal["folder"]
    path: str = Field(min_length=1)


class GlobSource(_Source):
    """The local files that a pattern matches."""

    kind: Literal["glob"]
    pattern: str = Field(min_length=1)


class RemoteSource(_Source):
    """The files at an fsspec address such as s3://bucket/*.jsonl.

    `options_from` maps options of the file system to secrets, `options` gives those that are no secret.
    """

    kind: Literal["remote"]
    url: _RemoteAddress
    options: dict[str, str | int | bool] = {}
    options_from: dict[str, _Secret] = {}


class WebSource(_Source):
    """What all sources on the web share.

    `allow_private` lets requests go to private, loopback and link-local addresses. `headers_from` maps request headers
    to secrets; they are sent to the host of the source only. `pause` is the least time between two
    requests to one host and the first wait before another try, `timeout` the time for one address with all its tries;
    both in seconds. `largest_mb` is the most that one answer may hold.
    """

    allow_private: bool = False
    headers_from: dict[str, _Secret] = {}
    pause: float = Field(1.0, ge=0, le=600)
    timeout: float = Field(60.0, gt=0, le=3600)
    largest_mb: int = Field(20, ge=1, le=2000)


class FeedSource(WebSource):
    """An RSS or Atom feed; with `follow` the articles that it links to are read, up to `most` of them a run."""

    kind: Literal["feed"]
    url: _WebAddress
    follow: bool = False
    most: int = Field(100, ge=1)


class SitemapSource(WebSource):
    """The pages of a sitemap whose address matches `pattern`, newest first, up to `most` of them a run."""

    kind: Literal["sitemap"]
    url: _WebAddress
    pattern: _Pattern | None = None
    most: int = Field(100, ge=1)


class PagesSource(WebSource):
    """Single pages, or files of any kind that is read, asked for in every run."""

    kind: Literal["pages"]
    urls: list[_WebAddress] = Field(min_length=1)


class QuerySource(_Source):
    """The rows of a query, whose columns are named as fields of documents are.

    `attach` is a file of DuckDB or SQLite, `attach_from` the secret that holds the connection string of PostgreSQL.
    DuckDB runs the query and knows the database as `db`; Parquet, CSV and JSON files are named in the query itself.
    SQLite runs its queries itself.
    """

    kind: Literal["query"]
    query: str = Field(min_length=1)
    attach: str | None = None
    attach_from: _Secret | None = None
    database: Literal["duckdb", "sqlite", "postgres"] = "duckdb"

    @model_validator(mode="after")
    def _reachable(self) -> "QuerySource":
        if self.database == "sqlite" and not self.attach:
            raise ValueError("SQLite needs attach, the path of its file")
        if self.database == "postgres" and not self.attach_from:
            raise ValueError("PostgreSQL needs attach_from, where its connection string stands")
        return self


class WarcSource(_Source):
    """The pages in local WARC files: a file or a pattern. `hosts` keeps those of these hosts and what is below them."""

    kind: Literal["warc"]
    path: str = Field(min_length=1)
    hosts: list[str] = []


NamedSource = (
    FolderSource | GlobSource | RemoteSource | FeedSource | SitemapSource | PagesSource | QuerySource | WarcSource
)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sources: dict[str, Annotated[NamedSource, Field(discriminator="kind")]] = Field(min_length=1)


def read_sources(path: Path) -> tuple[NamedSource, ...]:
    """The sources of the file, in its order. Raises SourcesFileError."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourcesFileError(f"{path}: cannot be read: {error.strerror}; name a file of sources") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SourcesFileError(f"{path}: no valid TOML: {error}") from error
    try:
        return tuple(_File.model_validate(_with_names(content)).sources.values())
    except SourcesFileError as error:
        raise SourcesFileError(f"{path}: {error}") from None
    except ValidationError as error:
        faults = "; ".join(_fault(one) for one in error.errors(include_url=False, include_input=False)[:5])
        raise SourcesFileError(f"{path}: {faults}") from error


def secrets(names: Mapping[str, str]) -> dict[str, str]:
    """The values of what `names` tells, by key: environment variables, and Prefect's blocks "secret/...".

    Raises:
        SourcesFileError: one of them is not set, or cannot be loaded.
    """
    variables = [name for name in names.values() if not name.startswith(_BLOCK)]
    if missing := sorted(name for name in variables if not os.environ.get(name)):
        raise SourcesFileError(f"the environment variable {', '.join(missing)} is not set; set it, or drop the key")
    return {key: _of_block(name) if name.startswith(_BLOCK) else os.environ[name] for key, name in names.items()}


def _of_block(name: str) -> str:
    from prefect.blocks.system import Secret  # slow to import, and few files name a block

    try:
        block = cast(Secret[str], Secret.load(name.removeprefix(_BLOCK)))
        return str(block.get())
    except Exception as error:  # whatever Prefect's server may answer
        reason = " ".join(str(error).split())
        raise SourcesFileError(
            f"the Prefect block {name} cannot be loaded: {reason}; save it, or drop the key"
        ) from error


def _with_names(content: dict[str, Any]) -> dict[str, Any]:
    """The key of each table as the source's name, which may then not be given inside."""
    tables = cast(Any, content.get("sources"))
    if not isinstance(tables, dict):
        return content
    named: dict[str, Any] = {}
    for name, table in cast(dict[str, Any], tables).items():
        if isinstance(table, dict) and "name" in table:
            raise SourcesFileError(f"sources.{name}.name: no such key; the table's name is the source's")
        named[name] = cast(dict[str, Any], table) | {"name": name} if isinstance(table, dict) else table
    return content | {"sources": named}


def _fault(error: Any) -> str:
    place = [str(part) for part in error["loc"]]
    if len(place) > 2 and place[0] == "sources":
        del place[2]  # the kind, which pydantic names as well
    where = ".".join(place)
    match error["type"]:
        case "extra_forbidden":
            return f"{where}: no such key; see docs/sources.md"
        case "missing":
            return f"{where}: is missing"
        case "union_tag_not_found":
            return f"{where}.kind: is missing; docs/sources.md tells the kinds"
        case "union_tag_invalid":
            return f"{where}.kind: must be one of {error['ctx']['expected_tags']}"
        case _:
            return f"{where}: {error['msg'].removeprefix('Value error, ')}"
