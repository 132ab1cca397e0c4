from pathlib import Path

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from flows.handover import Reference, put_documents, refer
from flows.worker import WorkerVersionError, pipeline, read_batch
from models.event import Document
from models.extraction import LANGUAGE_MODEL
from models.extraction.pipeline import extractor_version
from models.rejection import Rejection
from models.rows import Reading


def test_a_task_of_another_version_reads_nothing(tmp_path: Path) -> None:
    batch = refer(str(tmp_path), [Document("a.txt", "Canada sanctioned Mali.")], "0+other")
    own = extractor_version(LANGUAGE_MODEL, 0.0)
    with pytest.raises(
        WorkerVersionError, match=rf"has extractor {own.replace('+', '.')}, the flow 0.other: give both"
    ):
        read_batch(batch, LANGUAGE_MODEL, 0.0, "0+other")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def extractor() -> Language:
    """What `read_batch` extracts with in this process."""
    return pipeline(LANGUAGE_MODEL, 0.0)


def given(folder: Path, *texts: str) -> tuple[Reference, str, float, str]:
    """The arguments of `read_batch` for documents of these texts."""
    documents = [Document(f"{number}.txt", text) for number, text in enumerate(texts)]
    version = extractor_version(LANGUAGE_MODEL, 0.0)
    batch = refer(str(folder), documents, version)
    put_documents(batch, documents)
    return batch, LANGUAGE_MODEL, 0.0, version


def test_a_document_that_breaks_the_extractor_is_rejected_and_the_others_are_read(
    extractor: Language, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(extractor, "max_length", 50)
    broken, read = read_batch(*given(tmp_path, "Canada sanctioned Mali. " * 9, "Canada sanctioned Mali."))
    assert isinstance(broken, Rejection)
    assert (broken.origin, broken.stage, broken.check) == ("0.txt", "document", "not_extracted")
    assert broken.reason.startswith("0.txt: the extractor breaks off (ValueError: [E088] Text of length 216 exceeds")
    assert broken.reason.endswith("); mend the document, or leave it out")
    assert isinstance(read, Reading)
    assert read.events


def test_want_of_memory_is_no_fault_of_a_document(
    extractor: Language, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def exhausted(_: str) -> Doc:
        raise MemoryError

    monkeypatch.setattr(extractor, "tokenizer", exhausted)
    with pytest.raises(MemoryError):
        read_batch(*given(tmp_path, "Canada sanctioned Mali."))
