"""Pasted texts and the language each is in: held out, no rule was written by looking at them."""

SAMPLES: tuple[tuple[str, str], ...] = (
    (
        "pytb",
        """\
Traceback (most recent call last):
  File "/srv/shop/cart.py", line 88, in total
    return sum(l.price for l in lines)
TypeError: unsupported operand type(s) for +: 'int' and 'NoneType'
""",
    ),
    (
        "python",
        """\
from decimal import Decimal


class Invoice(Base):
    def due(self, on):
        if self.paid_at is None:
            return Decimal('0')
        return self.amount
""",
    ),
    (
        "python",
        """\
import redis
r = redis.Redis(host='cache-1')
for key in r.scan_iter('session:*'):
    r.delete(key)
""",
    ),
    (
        "python",
        """\
with open(path) as handle:
    rows = [json.loads(line) for line in handle]
print(len(rows))
""",
    ),
    (
        "java",
        """\
java.util.concurrent.TimeoutException: Did not observe any item within 3000ms
\tat reactor.core.publisher.FluxTimeout$TimeoutMainSubscriber.handleTimeout(FluxTimeout.java:296)
\tat reactor.core.scheduler.SchedulerTask.call(SchedulerTask.java:68)
Caused by: java.net.ConnectException: refused
\t... 12 more
""",
    ),
    (
        "java",
        """\
@Service
public class OrderService {
    private final OrderRepository orders;

    public Order find(long id) {
        return orders.findById(id).orElseThrow();
    }
}
""",
    ),
    (
        "go",
        """\
panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1]

goroutine 42 [running]:
main.(*Server).handle(0x0, 0xc000112000)
\t/app/server.go:118 +0x3d
""",
    ),
    (
        "go",
        """\
func (s *Store) Get(ctx context.Context, id string) (*Item, error) {
\trow := s.db.QueryRowContext(ctx, q, id)
\tif err := row.Scan(&it.ID); err != nil {
\t\treturn nil, err
\t}
\treturn &it, nil
}
""",
    ),
    (
        "javascript",
        """\
const express = require('express');
const app = express();
app.get('/health', (req, res) => {
  res.json({ ok: true });
});
""",
    ),
    (
        "javascript",
        """\
TypeError: Cannot read properties of undefined (reading 'id')
    at getUser (/usr/src/app/lib/users.js:41:22)
    at async handler (/usr/src/app/routes/api.js:12:5)
""",
    ),
    (
        "typescript",
        """\
export interface Session {
  id: string;
  expires: number;
}

export async function load(id: string): Promise<Session | null> {
  return cache.get(id) ?? null;
}
""",
    ),
    (
        "ruby",
        """\
class PaymentsController < ApplicationController
  before_action :authenticate

  def create
    charge = Charge.new(params)
    render json: charge unless charge.failed?
  end
end
""",
    ),
    (
        "php",
        """\
<?php
namespace App\\Jobs;

class SendMail implements ShouldQueue
{
    public function handle(Mailer $mailer)
    {
        $mailer->send($this->message);
    }
}
""",
    ),
    (
        "rust",
        """\
use std::sync::Arc;

pub async fn serve(state: Arc<State>) -> anyhow::Result<()> {
    let mut conns = Vec::new();
    while let Some(c) = state.accept().await? {
        conns.push(c);
    }
    Ok(())
}
""",
    ),
    (
        "rust",
        """\
thread 'tokio-runtime-worker' panicked at src/pool.rs:77:14:
called `Result::unwrap()` on an `Err` value: Elapsed(())
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
""",
    ),
    (
        "c",
        """\
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    char *buf = malloc(64);
    if (!buf) return 1;
    printf("%s\\n", argv[1]);
    free(buf);
    return 0;
}
""",
    ),
    (
        "cpp",
        """\
#include <vector>
#include <memory>

template <typename T>
class Ring {
public:
  void push(T v) { items_.push_back(std::move(v)); }
private:
  std::vector<T> items_;
};
""",
    ),
    (
        "csharp",
        """\
using System;
using Microsoft.Extensions.Logging;

namespace Billing.Workers;

public class Worker : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken token)
    {
        await _queue.DrainAsync(token);
    }
}
""",
    ),
    (
        "csharp",
        """\
System.NullReferenceException: Object reference not set to an instance of an object.
   at Shop.Cart.Total() in /src/Shop/Cart.cs:line 31
   at Shop.Api.CartController.Get(Int32 id) in /src/Shop/Api.cs:line 90
""",
    ),
    (
        "erlang",
        """\
-module(counter).
-behaviour(gen_server).
-export([start_link/0]).

handle_call(get, _From, N) ->
    {reply, N, N}.
""",
    ),
    (
        "elixir",
        """\
defmodule Shop.Cart do
  use GenServer

  def handle_call(:total, _from, state) do
    {:reply, state.items |> Enum.map(& &1.price) |> Enum.sum(), state}
  end
end
""",
    ),
    (
        "kotlin",
        """\
data class Order(val id: Long, val total: BigDecimal)

suspend fun load(id: Long): Order? {
    val row = db.find(id) ?: return null
    return row.let { Order(it.id, it.total) }
}
""",
    ),
    (
        "scala",
        """\
case class Event(id: String, at: Instant)

object Consumer extends App {
  def handle(e: Event): Future[Unit] = store.save(e).map(_ => ())
}
""",
    ),
    ("json", '{"alert": "HighLatency", "labels": {"severity": "page"}, "value": 2.31}'),
    (
        "json",
        """\
{"ts":1767225600,"level":"error","msg":"boom"}
{"ts":1767225601,"level":"info","msg":"ok"}
""",
    ),
    (
        "yaml",
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout
spec:
  replicas: 3
  template:
    spec:
      containers:
        - name: app
          image: shop:1.4
""",
    ),
    (
        "yaml",
        """\
services:
  db:
    image: postgres:15
    ports:
      - "5432:5432"
volumes:
  data:
""",
    ),
    (
        "toml",
        """\
[tool.poetry]
name = "billing"
version = "1.2.0"

[tool.poetry.dependencies]
python = "^3.11"
""",
    ),
    (
        "ini",
        """\
[Unit]
Description=Queue worker
After=network.target

[Service]
ExecStart=/usr/bin/worker
Restart=always
""",
    ),
    (
        "ini",
        """\
DB_HOST=10.0.0.5
DB_POOL_SIZE=20
FEATURE_NEW_CART=true
""",
    ),
    (
        "xml",
        """\
<?xml version="1.0" encoding="UTF-8"?>
<configuration>
  <appender name="STDOUT" class="ch.qos.logback.core.ConsoleAppender"/>
</configuration>
""",
    ),
    (
        "html",
        """\
<!DOCTYPE html>
<html lang=en>
<head><title>502</title></head>
<body><h1>Bad Gateway</h1></body>
</html>
""",
    ),
    (
        "css",
        """\
.banner {
  display: flex;
  color: #b00;
}

@media (max-width: 600px) {
  .banner { display: block; }
}
""",
    ),
    (
        "nginx",
        """\
upstream backend {
    server 10.0.0.7:8080 max_fails=3;
}
server {
    listen 443 ssl;
    location /api/ {
        proxy_pass http://backend;
        proxy_read_timeout 5s;
    }
}
""",
    ),
    (
        "apacheconf",
        """\
<VirtualHost *:80>
    ServerName shop.example
    ProxyPass / http://127.0.0.1:8080/
    ErrorLog ${APACHE_LOG_DIR}/error.log
</VirtualHost>
""",
    ),
    (
        "docker",
        """\
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
CMD ["gunicorn", "app"]
""",
    ),
    (
        "hcl",
        """\
resource "aws_db_instance" "main" {
  allocated_storage = 100
  instance_class    = var.db_class
  multi_az          = true
}
""",
    ),
    (
        "promql",
        """\
histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{job="checkout"}[5m])))""",
    ),
    ("promql", 'sum(rate(http_requests_total{status=~"5.."}[1m])) / sum(rate(http_requests_total[1m])) > 0.01'),
    (
        "http",
        """\
HTTP/1.1 503 Service Unavailable
Content-Type: text/html
Retry-After: 30
Server: envoy

upstream connect error
""",
    ),
    (
        "http",
        """\
POST /v1/charges HTTP/1.1
Host: api.pay.example
Content-Type: application/json
Content-Length: 12

{"amount":1}
""",
    ),
    (
        "powershell",
        """\
$svc = Get-Service -Name 'W3SVC'
if ($svc.Status -ne 'Running') {
    Start-Service $svc
    Write-Host "started"
}
""",
    ),
    (
        "lua",
        """\
local key = KEYS[1]
local n = redis.call('INCR', key)
if n == 1 then
  redis.call('EXPIRE', key, 60)
end
return n
""",
    ),
    (
        "perl",
        """\
use strict;
use warnings;
my %seen;
while (my $line = <STDIN>) {
    $seen{$1}++ if $line =~ /id=(\\d+)/;
}
""",
    ),
    (
        "make",
        """\
CC ?= gcc

.PHONY: all clean
all: main.o
\t$(CC) -o app main.o

clean:
\trm -f *.o app
""",
    ),
    (
        "protobuf",
        """\
syntax = "proto3";
package orders.v1;

message Order {
  int64 id = 1;
  repeated Item items = 2;
}
""",
    ),
    (
        "graphql",
        """\
query Order($id: ID!) {
  order(id: $id) {
    total
    items { sku }
  }
}
""",
    ),
    (
        "diff",
        """\
diff --git a/app/pool.py b/app/pool.py
index 3f1c2ab..98de011 100644
--- a/app/pool.py
+++ b/app/pool.py
@@ -10,7 +10,7 @@ def pool():
-    size = 5
+    size = 20
""",
    ),
    (
        "sql",
        """\
SELECT o.id, count(*)
FROM orders o
JOIN items i ON i.order_id = o.id
WHERE o.state = 'stuck'
GROUP BY o.id;
""",
    ),
    (
        "sql",
        """\
alter table payments add column retried_at timestamptz;
create index concurrently on payments (retried_at);
""",
    ),
    (
        "bash",
        """\
set -euo pipefail
for pod in $(kubectl get pods -o name | grep checkout); do
  kubectl delete "$pod" --grace-period=0
done
""",
    ),
    (
        "bash",
        """\
curl -sS -X POST https://api.example/flush \\
  -H 'Authorization: Bearer x' | jq .
""",
    ),
    (
        "bash",
        """\
#!/usr/bin/env bash
echo hello
""",
    ),
    (
        "console",
        """\
root@db-1:~# df -h /var/lib/postgresql
Filesystem      Size  Used Avail Use% Mounted on
/dev/sdb1        98G   98G     0 100% /var/lib/postgresql
""",
    ),
    (
        "console",
        """\
$ kubectl get pods -n shop
NAME          READY   STATUS             RESTARTS
checkout-7d   0/1     CrashLoopBackOff   14
""",
    ),
    (
        "log",
        """\
2026-03-01T14:05:01.220Z ERROR [checkout] pool exhausted after 5000 ms
2026-03-01T14:05:01.391Z WARN [checkout] retrying in 2 s
2026-03-01T14:05:03.400Z ERROR [checkout] pool exhausted
""",
    ),
    (
        "log",
        """\
Mar  1 14:05:01 web-3 kernel: Out of memory: Killed process 4123 (java) total-vm:8123456kB
Mar  1 14:05:02 web-3 systemd[1]: app.service: Main process exited
""",
    ),
    (
        "log",
        """\
10.2.0.9 - - [01/Mar/2026:14:05:01 +0000] "GET /cart HTTP/1.1" 502 157 "-" "curl/8.0"
10.2.0.9 - - [01/Mar/2026:14:05:02 +0000] "GET /cart HTTP/1.1" 502 157 "-" "curl/8.0"
""",
    ),
    (
        "log",
        """\
level=error ts=2026-03-01T14:05:01Z caller=main.go:88 msg="compaction failed" err="no space left on device"
""",
    ),
    ("text", "The pool was too small for the evening. We made it larger and watched it for an hour.\n"),
    ("text", "Customers in the north could not pay between two and three; support saw 40 tickets."),
    ("text", ""),
    ("text", "checkout is slow again, asking the payments team whether they changed anything"),
)
