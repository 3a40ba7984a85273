"""A guest book on PostgreSQL: GET / shows it, POST /notes adds a note, GET /notes gives all as JSON."""

import html
import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import psycopg2

TITLE = "Guest book"
SCHEMA = "CREATE TABLE IF NOT EXISTS notes (id serial PRIMARY KEY, text text NOT NULL)"


def query(sql, *values):
    """Runs one statement in a transaction of its own; its rows, if it gives any."""
    connection = psycopg2.connect(os.environ["DATABASE"], connect_timeout=5)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def notes():
    return [{"id": row[0], "text": row[1]} for row in query("SELECT id, text FROM notes ORDER BY id")]


class Guestbook(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/health":
            query("SELECT 1")
            self.reply(200, "text/plain", "ok\n")
        elif self.path == "/notes":
            self.reply(200, "application/json", json.dumps(notes()) + "\n")
        elif self.path == "/":
            items = "".join(f"<li>{html.escape(note['text'])}</li>" for note in notes())
            form = '<form method="post" action="/notes"><input name="text"><button>Sign</button></form>'
            self.reply(200, "text/html; charset=utf-8", f"<h1>{TITLE}</h1><ul>{items}</ul>{form}\n")
        else:
            self.reply(404, "text/plain", "not found\n")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        text = parse_qs(body).get("text", [""])[0]
        if self.path != "/notes" or not text:
            self.reply(400, "text/plain", "POST /notes with text=...\n")
            return
        (row,) = query("INSERT INTO notes (text) VALUES (%s) RETURNING id", text)
        self.reply(201, "application/json", json.dumps({"id": row[0], "text": text}) + "\n")

    def reply(self, status, kind, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    query(SCHEMA)
    ThreadingHTTPServer(("", 8000), Guestbook).serve_forever()
