import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.sentences import sentence_starts


@pytest.mark.parametrize(
    "sentences",
    [
        ["One ends. ", "Another begins."],
        ["Mr. Plum met Gen. Rook of the U.S. Army in St. Aube."],
        ["Resolution No. 2231 of Jan. 16 stands. ", "No. ", "We shall not."],
        ["J. R. Plum signed. ", "It was late."],
        ["“We will act.” ", "“When?” ", "Soon."],
        ["“We will act.” he said."],
        ["It costs 3.5 million. ", "2024 was worse."],
        ["Will they? ", "They will! ", "Perhaps…"],
        ["A heading\n", "The text begins."],
        ["A paragraph without an end\n\n", "and another"],
        ["The list:\n", "- one firm\n", "- another firm\n", "• a third"],
        ["Goods that are banned:\n", "1. timber\n", "2. potash"],
        ["A line that somebody has wrapped by hand after about President\nPlum spoke of it goes on here."],
        ["A line that goes on,\nin lower case, is one sentence."],
        ["The bank of Co. Plum went on."],
    ],
)
def test_sentences_begin_where_readers_see_them(sentences: list[str]) -> None:
    text = "".join(sentences)
    starts = [0, *sentence_starts(text)]
    assert [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)] == sentences


@given(st.text(alphabet='aA1.!?\n "-\u2019U', max_size=80))
def test_starts_rise_and_stand_after_white_space(text: str) -> None:
    starts = list(sentence_starts(text))
    assert starts == sorted(set(starts))
    assert all(0 < start < len(text) and text[start - 1].isspace() and not text[start].isspace() for start in starts)
