"""Fine-tuning of the extraction model. Needs the `training` extra; nothing here is imported at run time."""
