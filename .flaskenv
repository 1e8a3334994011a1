# What the `flask` command loads: the commands alone, so that it starts at once. The server loads wsgi.py.
FLASK_APP=app.commands:command_line
