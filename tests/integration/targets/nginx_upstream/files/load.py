"""Asks for a URL until a file appears, then says how it went: load.py URL STOP_FILE [HEADER=VALUE]

Two clients keep their connection, two open a new one for each request. They ask about 25 times in a second.
"""

import http.client
import json
import ssl
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

URL, STOP = urlsplit(sys.argv[1]), Path(sys.argv[2])
HEADERS = dict(header.split("=", 1) for header in sys.argv[3:])
LIMIT_S, PAUSE_S = 120, 0.15
sent, asked_again, failed, answers = [], [], [], set()


def connect():
    if URL.scheme == "https":
        return http.client.HTTPSConnection(URL.netloc, timeout=10, context=ssl._create_unverified_context())
    return http.client.HTTPConnection(URL.netloc, timeout=10)


def client(keeps, end):
    connection = connect()
    while not STOP.exists() and time.monotonic() < end:
        kept = connection.sock is not None
        try:
            connection.request("GET", URL.path, headers=HEADERS)
            answer = connection.getresponse()
            text = answer.read().decode()
            sent.append(answer.status)
            answers.add(text[:40])
            if answer.status != 200:
                failed.append(f"status {answer.status}")
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            # The server may close a kept connection between two requests: every client asks again then.
            if kept and isinstance(error, (ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected)):
                asked_again.append(repr(error))
                continue
            failed.append(repr(error))
        if not keeps:
            connection.close()
        time.sleep(PAUSE_S)


clients = [threading.Thread(target=client, args=(number % 2, time.monotonic() + LIMIT_S)) for number in range(4)]
for each in clients:
    each.start()
for each in clients:
    each.join()
print(json.dumps({"sent": len(sent), "asked_again": len(asked_again), "failed": failed, "answers": sorted(answers)}))
