"""Answers metrics as workers do in different states, each at a path of its own: worker.py PORT"""

import sys
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REQUESTS = (
    'http_requests_in_flight{method="GET",path="/metrics"} 1\nhttp_requests_in_flight{method="GET",path="/slow"} %d\n'
)
STREAMS = 'sse_streams_in_flight{path="/stream"} %d\n'
GENERATIONS = 'generation_jobs_in_flight{store="redis"} %d\n'
asked = Counter()


def metrics(requests=0, streams=0, generations=0):
    return "# TYPE http_requests_in_flight gauge\n" + (REQUESTS + STREAMS + GENERATIONS) % (
        requests,
        streams,
        generations,
    )


STATES = {
    "/idle": lambda number: metrics(),
    "/request": lambda number: metrics(requests=2),
    "/stream": lambda number: metrics(streams=1),
    "/generation": lambda number: metrics(generations=3),
    "/finishing": lambda number: metrics(streams=1 if number < 4 else 0),
    "/flapping": lambda number: metrics(requests=number % 2),
    "/nonsense": lambda number: "<html>",
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        asked[self.path] += 1
        known = self.path in STATES and self.headers["Authorization"] == "Bearer looking-glass"
        self.send_response(200 if known else 401)
        self.end_headers()
        if known:
            self.wfile.write(STATES[self.path](asked[self.path]).encode())


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
