"""The published file as one web page: gather what it shows, draw the charts, fill the page."""
