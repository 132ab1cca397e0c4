"""Who a name, a pronoun or a description means: the gazetteer and what a document tells of its parties."""
