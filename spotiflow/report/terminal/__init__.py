"""How the terminal shows the sections: a module per section, and the page that puts them together."""
