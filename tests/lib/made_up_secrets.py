"""Credentials that are none, in realistic surroundings, and texts that only look like some.

Built at run time: no scanner of this repository's own text should trip over them.
"""

import base64
import json
from itertools import cycle, islice

UPPER, LOWER, HEX = "Q7ZK3MPLX9WN5RTB2VH8", "q7zk3mplx9wn5rtb2vh8", "7f3a9c51e8d204b6"


def run(alphabet: str, length: int) -> str:
    """So many characters, going round an alphabet: clearly made up."""
    return "".join(islice(cycle(alphabet), length))


def mixed(length: int) -> str:
    """Letters of both cases and digits."""
    return run("aB3dE6gH9jK2mN5pQ8sT1vW4yZ7", length)


def _b64(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


AWS = "AK" + "IA" + run("QYLPMN5HHHFPZAM2", 16)
JWT = ".".join([_b64({"alg": "HS256", "typ": "JWT"}), _b64({"sub": "none", "iat": 1}), mixed(43)])
DASHES = "-" * 5
KEY_BODY = "\n".join(run("MIIEpQIBAAKCAQEA3Tz2mr7SZiAMfQyuvBjM9Oi", 64) for _ in range(6))


def block(kind: str, body: str = KEY_BODY) -> str:
    """A private key as files hold it."""
    return f"{DASHES}BEGIN {kind}{DASHES}\n{body}\n{DASHES}END {kind}{DASHES}"


# (name, text with the value, the value that must be gone)
SECRETS: tuple[tuple[str, str, str], ...] = tuple(
    (name, text.format(v=value) if "{v}" in text else text, value)
    for name, text, value in (
        ("aws id in prose", "I ran it with {v} from my laptop.", AWS),
        ("aws id in env", "export AWS_ACCESS_KEY_ID={v}", AWS),
        ("aws temporary id", "using {v} now", "AS" + "IA" + run(UPPER, 16)),
        ("aws secret in env", "AWS_SECRET_ACCESS_KEY={v}", run("wJalrXUtnFEMI/K7MDENG+bPxRfi", 40)),
        ("aws secret quoted", "aws_secret_key = '{v}'", run("wJalrXUtnFEMI/K7MDENG+bPxRfi", 40)),
        ("aws credentials file", "[default]\naws_secret_access_key = {v}\nregion = eu-west-1", mixed(40)),
        ("github classic", "git clone https://x-access-token:{v}@github.com/a/b", "gh" + "p_" + mixed(36)),
        ("github app", "token {v} expired", "gh" + "s_" + mixed(36)),
        ("github fine", "GH={v}", "github" + "_pat_" + mixed(82)),
        ("gitlab", "PRIVATE-TOKEN: {v}", "gl" + "pat-" + mixed(20)),
        ("gitlab in curl", 'curl --header "PRIVATE-TOKEN: {v}" https://gitlab.test/api', "gl" + "pat-" + mixed(24)),
        ("slack bot", "SLACK={v}", "xo" + "xb-123456789012-123456789012-" + mixed(24)),
        ("slack hook", "posts to {v} since", "https://hooks.slack" + ".com/services/T0AB1CD2E/B0AB1CD2E/" + mixed(24)),
        ("stripe live", "stripe.api_key = '{v}'", "sk" + "_live_" + mixed(24)),
        ("stripe restricted", "key {v} is restricted", "rk" + "_live_" + mixed(24)),
        ("jwt in header", "authorization: Bearer {v}", JWT),
        ("jwt in log", 'level=warn msg="bad token" token={v} path=/me', JWT),
        ("rsa key", "The key was:\n{v}\nrotate it", block("RSA PRIVATE KEY")),
        ("ec key", "{v}", block("EC PRIVATE KEY")),
        ("openssh key", "id_ed25519:\n{v}", block("OPENSSH PRIVATE KEY")),
        ("encrypted key", "{v}", block("ENCRYPTED PRIVATE KEY")),
        (
            "key in json",
            '{"private_key": "KEY", "id": 1}'.replace("KEY", block("PRIVATE KEY").replace("\n", "\\n")),
            run("MIIEpQIBAAKCAQEA3Tz2mr7SZiAMfQyuvBjM9Oi", 64),
        ),
        ("key cut off", "{v}", block("RSA PRIVATE KEY").rsplit("\n", 1)[0]),
        ("basic auth url", "DATABASE_URL=postgres://app:{v}@db.internal:5432/shop", "s3cr3t" + "Horse"),
        ("redis url", "redis://default:{v}@cache:6379/0 timed out", "Zx9" + "qwmnbv"),
        ("amqp url in trace", "ConnectionError: amqp://guest2:{v}@mq:5672//", "Rab" + "bit42x"),
        ("pgpassword", "PGPASSWORD={v} psql -h db -U app", "correct" + "-horse-7"),
        ("pgpassword quoted", "PGPASSWORD='{v}' pg_dump shop", "battery" + "staple9"),
        ("password in yaml", "db:\n  host: db1\n  password: {v}\n", "Tr0ub4" + "dor&3"),
        (
            "password in json",
            '{"user": "app", "password": "VALUE"}'.replace("VALUE", "hunter" + "2hunter2"),
            "hunter" + "2hunter2",
        ),
        ("password in code", 'connect(host, password="{v}")', "opens" + "esame99"),
        ("password in ini", "passwd = {v}", "let" + "mein2024"),
        ("ado string", "Server=sql1;Database=shop;User Id=sa;Password={v};Encrypt=true", "P4ss" + "w0rd!x"),
        ("jdbc", "jdbc:mysql://db:3306/shop?user=app&password={v}&ssl=1", "myS3" + "cretpw"),
        ("client secret", "OIDC_CLIENT_SECRET={v}", mixed(32)),
        ("api key", 'api_key: "{v}"', mixed(32)),
        ("bearer opaque", 'curl -H "Authorization: Bearer {v}" https://api.test', run(HEX, 40)),
        ("basic header", "Authorization: Basic {v}", base64.b64encode(b"app:" + b"longpassword1").decode()),
        ("x-api-key", "> X-Api-Key: {v}", mixed(32)),
        ("our token", "Authorization: Bearer {v}", "hs" + "t_" + mixed(43)),
        ("our token bare", "the importer used {v} all along", "hs" + "t_" + mixed(43)),
        ("sendgrid", "SENDGRID={v}", "S" + "G." + mixed(22) + "." + mixed(43)),
        ("npm", "//registry.npmjs.org/:_authToken={v}", "np" + "m_" + mixed(36)),
        ("google", "maps key {v} leaked", "AI" + "za" + mixed(35)),
        ("mysql option", "mysqldump -u root -p{v} shop > shop.sql", "r00t" + "pass77"),
        ("long option", "redis-cli -h cache --pass {v} ping", "r3dis" + "secret"),
        ("curl user", "curl -u admin:{v} https://grafana.test/api/health", "gr4f" + "anaPw"),
        ("create role", "CREATE USER app IDENTIFIED BY '{v}';", "sql" + "Pw4app"),
        ("azure", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey={v};", mixed(86) + "=="),
        ("vault", "VAULT_TOKEN={v}", "hv" + "s." + mixed(30)),
    )
)

LOOKALIKES: tuple[str, ...] = (
    "commit 0d6a9bb5af126f73350a2afc058492765446aaad fixed it",
    "Merge 3f2c1aa..9be77d1 into main",
    "request_id=7f3a9c51-e8d2-4b60-a3f1-0c9d8e7f6a5b took 4012 ms",
    "trace 4bf92f3577b34da6a3ce929d0e0e4736 span 00f067aa0ba902b7",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 pulled",
    "pod checkout-api-7d9f8b6c5d-x2vqk was OOMKilled",
    "arn:aws:iam::123456789012:role/deploy assumed",
    "  at com.shop.auth.PasswordEncoder.matches(PasswordEncoder.java:118)",
    'File "/srv/app/auth/password.py", line 42, in check_password',
    "AuthenticationException: invalid password for user app",
    "The password was rotated at 14:05 and nobody told the batch job.",
    "password: rotated yesterday, see the runbook",
    "Wrong password: the batch job still used the old one.",
    "password=****** user=app",
    "password: [redacted]",
    "PGPASSWORD=$DB_PASSWORD psql -h db",
    "password = os.environ['DB_PASSWORD']",
    "password=config.database.password,",
    "password: ${DB_PASSWORD}",
    "secretKeyRef:\n  name: db-credentials\n  key: password",
    "secret: checkout-db was mounted read only",
    "api_key = settings.API_KEY",
    "Authorization: Bearer <token>",
    "Authorization: Bearer $TOKEN",
    "401 Unauthorized: Bearer token missing or expired",
    "the token bucket refilled 100 tokens per second",
    "token=null user=anonymous",
    "next page token: none",
    "https://grafana.test/d/abc123def/checkout?orgId=1&from=1700000000000&to=now",
    "postgres://db.internal:5432/shop refused connections",
    "see http://example.test:8080/path@v2 for the manifest",
    'etag W/"5f3e-17c9d0a1b2c" mismatched',
    "ssh-rsa " + "AAAAB3NzaC1yc2EAAAADAQABAAABAQC7" + mixed(80) + " deploy@ci",
    f"{DASHES}BEGIN CERTIFICATE{DASHES}\n{KEY_BODY}\n{DASHES}END CERTIFICATE{DASHES}",
    f"the log said '{DASHES}BEGIN RSA PRIVATE KEY{DASHES}' was missing",
    "data:image/png;base64," + mixed(200),
    "segfault at 7f2a3c4d5e6f ip 00007f2a3c4d5e6f sp 00007ffd12345678 error 4",
    "Exception in thread main java.lang.OutOfMemoryError: Java heap space",
    "2026-03-01T14:05:00.123Z INFO  [http-nio-8080-exec-7] c.s.c.CheckoutService - order=9f86d081884c took=812ms",
    "kafka offset 18446744073709551615 partition 12 leader epoch 7",
    "AKIA is the prefix of access keys; ours began with AKIA too",
    "the key `user:1234:session` expired in Redis",
    "curl -u admin https://grafana.test/api/health",
    "hst_ is how our tokens begin",
    "eyJ is how such tokens begin",
    "const password = getPassword();",
    "if (password == null) throw new IllegalArgumentException();",
    "passwordResetEnabled=true maxAttempts=5",
    "password_hash column was widened to varchar(255)",
    "db_password secret version projects/shop/secrets/db-password/versions/3",
    "[masked: AWS access key] was used",
    "mac 00:1b:44:11:3a:b7 ip 10.0.12.7 v6 2001:db8::ff00:42:8329",
)
