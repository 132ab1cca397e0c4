"""Why a text gives the events it gives: gathered from the pipeline, then shown in the terminal or as a page."""
