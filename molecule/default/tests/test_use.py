"""What a user sees, and goes on seeing when parts of the stack go away."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from test_services import pm2

import lab


# First, while nobody else has logged in from this address.
def test_an_office_of_50_behind_one_address_logs_in_and_loads_the_page(host):
    users = [lab.Browser(host.address, "chat.example.org").register(f"{host.address}:3080") for _number in range(50)]
    page = users[0].request("GET", "/").text
    assets = set(re.findall(r"/assets/[\w.-]+", page))
    scripts = [users[0].request("GET", asset).text for asset in assets if asset.endswith(".js")]
    assets |= {asset for script in scripts for asset in re.findall(r"/assets/[\w.-]+", script)}
    assert len(assets) >= 10, assets

    def morning(user):
        user.login()
        return [
            user.request("GET", path).status_code for path in ("/", *assets, "/api/config", "/api/banner", "/api/user")
        ]

    begin = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        seen = [status for statuses in pool.map(morning, users) for status in statuses]
    assert set(seen) == {200}
    assert time.monotonic() - begin < 60


def test_http_is_redirected_to_https(host):
    answer = requests.get(
        f"http://{host.address}/", headers={"Host": "chat.example.org"}, allow_redirects=False, timeout=5
    )
    assert answer.status_code in (301, 308)
    assert answer.headers["Location"] == "https://chat.example.org/"


def test_an_answer_arrives_token_by_token_and_to_its_end(browser):
    events = browser.chat(mock={"tokens": 20, "delayMs": 100})
    first, last = events[0][0], events[-1][0]
    assert events[-1][1].get("final") is True
    assert last - first > 1.0, "the first token came with the last one: something buffers"


def test_a_session_outlives_the_death_of_a_worker(host, browser):
    before = {process["name"]: process["pid"] for process in pm2(host)}
    host.check_output(f"kill -9 {before['librechat-3080']}")
    answers = [browser.user().status_code for _attempt in range(20)]
    assert answers == [200] * 20
    lab.wait_for(
        lambda: (
            {p["name"]: p["pid"] for p in pm2(host) if p["pm2_env"]["status"] == "online"}.get(
                "librechat-3080", before["librechat-3080"]
            )
            != before["librechat-3080"]
        ),
        30,
        "PM2 starts the worker again",
    )
    lab.wait_for(
        lambda: lab.is_ready(host, 3080),
        30,
        "the worker is ready again",
    )


ABUSER = """
import collections, concurrent.futures, ssl, urllib.error, urllib.request
trust = ssl._create_unverified_context()
paths = ["/api/auth/login", "/api/admin/login/local", "/api/auth/2fa/verify-temp"]
def knock(turn):
    request = urllib.request.Request("https://{address}" + paths[turn % len(paths)], b'{{"email":"nobody@example.org","password":"guess-guess"}}',
                                     {{"Host": "chat.example.org", "Content-Type": "application/json"}})
    try:
        return urllib.request.urlopen(request, context=trust, timeout=30).status
    except urllib.error.HTTPError as answer:
        return answer.code
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    print(collections.Counter(pool.map(knock, range(500)))[429])
"""


def test_an_abuser_at_ten_times_the_rate_of_an_office_is_stopped_and_the_office_is_not(host, browser):
    stopped = int(host.check_output("python3 -c %s", ABUSER.format(address=host.address)))
    assert stopped >= 350, f"{stopped} of 500 guesses were stopped"
    assert browser.login().user().status_code == 200


def test_the_cookies_and_tokens_of_an_identity_provider_get_through(browser):
    headers = {"Cookie": f"session={'x' * 9000}"} | {f"X-Token-{number}": "y" * 15000 for number in range(3)}
    assert browser.request("GET", "/api/config", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "options"),
    [
        ("/api/files", "200M", "--header 'Authorization: Bearer any'"),
        ("/api/files", "120K", ""),
        ("/api/files", "1K", "--header 'Transfer-Encoding: chunked'"),
        ("/api/auth/login", "120K", "--header 'Authorization: Bearer any'"),
    ],
    ids=["for all", "without a login", "of a length not told, without a login", "where a login is asked for"],
)
def test_a_body_that_is_too_large_is_refused_in_json(host, path, body, options):
    ask = f"curl --silent --insecure --http1.1 --header 'Host: chat.example.org' --header 'Expect: 100-continue' {options}"
    ask += f" --data-binary @- --write-out ' %{{http_code}}' https://{host.address}{path}"
    told = host.check_output(f"head --bytes={body} /dev/zero | {ask}")
    assert re.fullmatch(
        r'\{"message":"The request is larger than \d+ MB, or than 100 KB without a login\."\} 413', told
    )
