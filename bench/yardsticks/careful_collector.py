#!/usr/bin/env python3
"""What a careful engineer writes in an afternoon: requests-free standard library, sqlite3, INSERT OR IGNORE by uuid, the
cursor in the same transaction, synchronous=FULL.

    careful_collector.py BASE_URL TOKEN STREAM OUT_DIR [CA_FILE]
"""
import http.client
import json
import resource
import sqlite3
import ssl
import sys
import time
from urllib.parse import urlsplit

base, token, stream, out = sys.argv[1:5]
url = urlsplit(base)
if url.scheme == "https":
    context = ssl.create_default_context(cafile=sys.argv[5] if len(sys.argv) > 5 else None)
    connection = http.client.HTTPSConnection(url.hostname, url.port, context=context, timeout=60)
else:
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
db = sqlite3.connect(out + "/events.db", isolation_level=None)
db.execute("PRAGMA journal_mode=WAL")
db.execute("PRAGMA synchronous=FULL")
db.execute("CREATE TABLE IF NOT EXISTS event (uuid TEXT PRIMARY KEY, time TEXT, raw TEXT) WITHOUT ROWID")
db.execute("CREATE TABLE IF NOT EXISTS cursor (stream TEXT PRIMARY KEY, value TEXT)")
headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
row = db.execute("SELECT value FROM cursor WHERE stream=?", (stream,)).fetchone()
body = {"cursor": row[0]} if row else {"limit": 1000, "start_time": "2000-01-01T00:00:00Z"}
begun, events = time.monotonic(), 0
while True:
    connection.request("POST", "/api/v2/" + stream, json.dumps(body), headers)
    page = json.loads(connection.getresponse().read())
    db.execute("BEGIN")
    db.executemany("INSERT OR IGNORE INTO event VALUES (?,?,?)",
                   [(i["uuid"], i["timestamp"], json.dumps(i)) for i in page["items"]])
    db.execute("INSERT OR REPLACE INTO cursor VALUES (?,?)", (stream, page["cursor"]))
    db.execute("COMMIT")
    events += len(page["items"])
    body = {"cursor": page["cursor"]}
    if not page["has_more"]:
        break
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"program": "careful_collector", "events": events, "cpu_s": round(used.ru_utime + used.ru_stime, 3),
                  "wall_s": round(time.monotonic() - begun, 3), "rss_kb": used.ru_maxrss}))
