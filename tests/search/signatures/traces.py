"""Traces of our own making: of each language one fault in three variations, and another fault in the same framework.

The words in <angle brackets with a digit> are what differs from one occurrence to the next.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A fault, what its three occurrences put in its places, and another fault that shares its framework."""

    name: str
    kind: str
    fault: str
    variations: tuple[tuple[str, ...], ...]
    other: str
    exception: str
    top: str

    def occurrences(self) -> list[str]:
        """The fault's text, once for each variation."""
        found = []
        for values in self.variations:
            text = self.fault
            for number, value in enumerate(values, 1):
                text = text.replace(f"<{number}>", value)
            found.append(text)
        return found

    def another(self) -> str:
        """The other fault with the first variation's values."""
        text = self.other
        for number, value in enumerate(self.variations[0], 1):
            text = text.replace(f"<{number}>", value)
        return text


PYTHON = Case(
    "python",
    "python",
    """Traceback (most recent call last):
  File "<1>/orders/pricing.py", line <2>, in price_of
    return table[sku]
KeyError: 'net_price'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "<3>/site-packages/gateway/core/handlers/base.py", line <4>, in get_response
    response = wrapped_callback(request, *args)
  File "<1>/orders/views.py", line <5>, in checkout
    total = basket.total()
  File "<1>/orders/basket.py", line 4<2>, in total
    raise PricingError(f"no price for order {order_id}")
orders.errors.PricingError: no price for order <6>
""",
    (
        ("/home/ada/shop", "41", "/usr/lib/python3.11", "197", "88", "100231"),
        ("/srv/app", "44", "/opt/venv/lib/python3.12", "201", "91", "7"),
        ("/app", "57", "/usr/local/lib/python3.9", "181", "102", "99812331"),
    ),
    """Traceback (most recent call last):
  File "<3>/site-packages/gateway/core/handlers/base.py", line <4>, in get_response
    response = wrapped_callback(request, *args)
  File "<1>/accounts/views.py", line <5>, in profile
    return render(request, user.avatar.url)
AttributeError: 'NoneType' object has no attribute 'url'
""",
    "KeyError",
    "pricing.price_of",
)

JAVA = Case(
    "java",
    "java",
    """<1> ERROR <2> --- [<3>] c.s.orders.OrderController : Request <4> failed
com.shop.orders.OrderException: could not place order <5>
\tat com.shop.orders.OrderService.place(OrderService.java:<6>)
\tat com.shop.orders.OrderService$$EnhancerBySpringCGLIB$$<7>.place(<generated>)
\tat com.shop.orders.OrderController.lambda$create$<8>(OrderController.java:55)
\tat org.springframework.web.servlet.FrameworkServlet.service(FrameworkServlet.java:8<6>)
\tat java.base/java.lang.Thread.run(Thread.java:8<8>)
Caused by: java.sql.SQLTransientConnectionException: pool-<8> - Connection is not available, timed out after <6>03ms.
\tat com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:6<8>6)
\tat com.shop.orders.StockRepository.reserve(StockRepository.java:<6>) ~[orders-1.<8>.0.jar:1.<8>.0]
\t... <6> more
""",
    (
        ("2026-01-03 10:11:12.345", "17", "nio-8080-exec-3", "8f14e45fceea167a", "A-17", "71", "3f2a11bc", "0"),
        ("2026-04-09 00:00:01.001", "9123", "nio-8080-exec-12", "c9f0f895fb98ab91", "A-9", "93", "9e01aa77", "3"),
        ("2027-12-30 23:59:59.999", "1", "task-7", "45c48cce2e2d7fbd", "A-7781", "64", "77ab01cd", "2"),
    ),
    """com.shop.mail.TemplateException: no template welcome
\tat com.shop.mail.Templates.load(Templates.java:<6>)
\tat com.shop.mail.MailController.send(MailController.java:55)
\tat org.springframework.web.servlet.FrameworkServlet.service(FrameworkServlet.java:8<6>)
\tat java.base/java.lang.Thread.run(Thread.java:8<8>)
""",
    "SQLTransientConnectionException",
    "StockRepository.reserve",
)

NODE = Case(
    "node",
    "javascript",
    """<1>/src/cart/session.js:<2>
    return store.items.map(toLine)
                       ^

TypeError: Cannot read properties of undefined (reading 'map')
    at linesOf (<1>/src/cart/session.js:<2>:24)
    at async Cart.restore (file://<1>/src/cart/cart.js:1<2>:5)
    at new Basket (<1>/src/cart/basket.js:9:<2>)
    at Layer.handle [as handle_request] (<1>/node_modules/express/lib/router/layer.js:<3>:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:<3>:5)

Node.js v<4>
""",
    (
        ("/home/ada/web", "31", "95", "18.12.1"),
        ("/app", "38", "96", "20.1.0"),
        ("/usr/src/app", "112", "71", "22.9.0"),
    ),
    """Error: connect ECONNREFUSED 10.0.0.<2>:6379
    at Limiter.take (<1>/src/limits/limiter.js:<2>:24)
    at Layer.handle [as handle_request] (<1>/node_modules/express/lib/router/layer.js:<3>:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:<3>:5)
""",
    "TypeError",
    "session.linesOf",
)

BROWSER = Case(
    "browser",
    "javascript",
    """Uncaught (in promise) RangeError: Invalid time value: <1>
formatDue@https://<2>/static/board.<3>.js:<4>:2201
renderCard@https://<2>/static/board.<3>.js:<4>:991
React_mount@https://<2>/static/vendors.<3>.chunk.js:2:<4>
""",
    (
        ("1767225600", "app.example.com", "3f9ac2d1", "1"),
        ("17", "staging.example.org:8443", "0bbaa871", "12"),
        ("99", "localhost:3000", "aa11bb22", "3"),
    ),
    """Uncaught (in promise) SyntaxError: Unexpected token < in JSON at position <4>
parseReply@https://<2>/static/board.<3>.js:<4>:31
React_mount@https://<2>/static/vendors.<3>.chunk.js:2:<4>
""",
    "RangeError",
    "board.formatDue",
)

GO = Case(
    "go",
    "go",
    """panic: runtime error: index out of range [<1>] with length <2>

goroutine <3> [running]:
example.org/team/queue/v2/ring.(*Buffer).At(0x<4>, 0x<2>)
\t<5>/ring/buffer.go:<2> +0x<1>
example.org/team/queue/v2/ring.(*Reader).next.func<6>({0x<4>?, 0x<4>})
\t<5>/ring/reader.go:1<2> +0x1a
github.com/spf13/runner.(*Command).execute(0x<4>, {0x<4>, 0x0, 0x0})
\t/go/pkg/mod/github.com/spf13/runner@v1.<6>.0/command.go:9<2> +0x44
created by example.org/team/queue/v2/ring.Start in goroutine <3>
\t<5>/ring/start.go:2<6> +0x8f
exit status 2
""",
    (
        ("8", "8", "1", "c0000b2000", "/home/ada/queue", "1"),
        ("91", "64", "77120344", "40003aa008", "/build", "2"),
        ("3", "2", "55", "c02210aa40", "/go/src/example.org/team/queue", "4"),
    ),
    """panic: send on closed channel

goroutine <3> [running]:
example.org/team/queue/v2/hooks.(*Sender).Push(0x<4>)
\t<5>/hooks/sender.go:<2> +0x<1>
github.com/spf13/runner.(*Command).execute(0x<4>, {0x<4>, 0x0, 0x0})
\t/go/pkg/mod/github.com/spf13/runner@v1.<6>.0/command.go:9<2> +0x44
""",
    "panic",
    "ring.Buffer.At",
)

RUBY = Case(
    "ruby",
    "ruby",
    """<1>/app/models/invoice.rb:<2>:in `total': undefined method `cents' for nil (NoMethodError)
\tfrom <1>/app/models/invoice.rb:<2>:in `block in lines'
\tfrom <1>/app/jobs/bill_job.rb:1<2>:in `perform'
\tfrom <3>/gems/activejob-7.<4>.0/lib/active_job/execution.rb:6<4>:in `perform_now'
\tfrom <3>/3.<4>.0/timeout.rb:<2>:in `timeout'
""",
    (
        ("/home/ada/billing", "12", "/usr/lib/ruby", "1"),
        ("/srv/billing/releases/20260101", "19", "/var/lib/ruby", "2"),
        ("/app", "88", "/usr/local/lib/ruby", "0"),
    ),
    """<1>/app/models/user.rb:<2>:in `rename': Validation failed: Name is taken (ActiveRecord::RecordInvalid)
\tfrom <1>/app/jobs/rename_job.rb:1<2>:in `run'
\tfrom <3>/gems/activejob-7.<4>.0/lib/active_job/execution.rb:6<4>:in `perform_now'
""",
    "NoMethodError",
    "invoice.total",
)

PHP = Case(
    "php",
    "php",
    """[<1>] PHP Fatal error:  Uncaught App\\Exceptions\\StockError: item <2> is gone in <3>/app/Stock/Shelf.php:<4>
Stack trace:
#0 <3>/app/Stock/Picker.php(<4>): App\\Stock\\Shelf->take(<2>, Object(App\\Order))
#1 <3>/vendor/laravel/framework/src/Pipeline.php(1<4>): App\\Stock\\Picker->pick()
#2 [internal function]: App\\Stock\\Robot->App\\Stock\\{closure}(Object(App\\Order))
#3 {main}
  thrown in <3>/app/Stock/Shelf.php on line <4>
""",
    (
        ("03-Jan-2026 10:00:00 UTC", "17", "/var/www/html", "33"),
        ("09-Apr-2026 22:01:00 Europe/Paris", "90210", "/home/ada/shop", "35"),
        ("30-Dec-2027 10:59:59 UTC", "4", "/app", "61"),
    ),
    """[<1>] PHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] [2002] gone in <3>/app/Db/Link.php:<4>
Stack trace:
#0 <3>/app/Db/Link.php(<4>): PDO->__construct('mysql:host=db<2>')
#1 <3>/vendor/laravel/framework/src/Pipeline.php(1<4>): App\\Db\\Link->open()
#2 {main}
""",
    "StockError",
    "Shelf.take",
)

CSHARP = Case(
    "csharp",
    "csharp",
    """Unhandled exception. Shop.Billing.ChargeException: Charge <1> was refused
 ---> System.TimeoutException: The operation timed out after 00:00:<2>
   at Shop.Billing.Bank.<ChargeAsync>d__<2>.MoveNext() in <3>Billing<4>Bank.cs:line <2>
   --- End of inner exception stack trace ---
   at Shop.Billing.Cashier.Collect(Invoice invoice, Int32 tries) in <3>Billing<4>Cashier.cs:line 1<2>
   at Microsoft.AspNetCore.Routing.EndpointMiddleware.Invoke(HttpContext httpContext)
   at System.Threading.Tasks.Task.Execute()
""",
    (
        ("90", "30", "C:\\build\\agent\\", "\\"),
        ("18231", "12", "/src/Shop/", "/"),
        ("7", "45", "/home/ada/Shop/", "/"),
    ),
    """Unhandled exception. System.NullReferenceException: Object reference not set to an instance of an object.
   at Shop.Search.Index.Rebuild(String name) in <3>Search<4>Index.cs:line <2>
   at Microsoft.AspNetCore.Routing.EndpointMiddleware.Invoke(HttpContext httpContext)
   at System.Threading.Tasks.Task.Execute()
""",
    "TimeoutException",
    "Bank.ChargeAsync",
)

RUST = Case(
    "rust",
    "rust",
    """thread '<1>' panicked at <2>/store/page.rs:<3>:9:
page <3> is not pinned
stack backtrace:
   0: rust_begin_unwind
             at /rustc/<4>/library/std/src/panicking.rs:6<3>:5
   1: core::panicking::panic_fmt
             at /rustc/<4>/library/core/src/panicking.rs:<3>:14
   2: <keep::store::page::Page<K> as keep::store::Pinned>::unpin::h<5>
             at <2>/store/page.rs:<3>:9
   3: keep::store::pool::Pool::evict::{{closure}}
             at <2>/store/pool.rs:1<3>:13
   4: tokio::runtime::task::core::Core<T,S>::poll
             at /root/.cargo/registry/src/index.crates.io-<5>/tokio-1.<3>.0/src/runtime/task/core.rs:3<3>:17
""",
    (
        ("main", "src", "41", "cc66ad468955717ab92600c770da8c1601a4ac33", "0123456789abcdef"),
        ("tokio-runtime-worker", "/build/src", "47", "9fc6b43126469e3858e2fe86cafb4f0fd5068869", "fedcba9876543210"),
        ("evictor-3", "src", "90", "05f9846f893b09a1be1fc8560e33fc3c815cfecb", "00aa11bb22cc33dd"),
    ),
    """thread '<1>' panicked at 'called `Result::unwrap()` on an `Err` value: AddrInUse', <2>/net/listen.rs:<3>:9
stack backtrace:
   0: rust_begin_unwind
             at /rustc/<4>/library/std/src/panicking.rs:6<3>:5
   1: keep::net::listen::bind::h<5>
             at <2>/net/listen.rs:<3>:9
   2: tokio::runtime::task::core::Core<T,S>::poll
             at /root/.cargo/registry/src/index.crates.io-<5>/tokio-1.<3>.0/src/runtime/task/core.rs:3<3>:17
""",
    "panic",
    "Page.unpin",
)

ERLANG = Case(
    "erlang",
    "erlang",
    """<1> [error] <0.<2>.0> crasher:
  initial call: bucket_keeper:init/1
  pid: <0.<2>.0>
  exception exit: {{badmatch,{error,closed}},
                   [{bucket_socket,push,3,[{file,"<3>bucket_socket.erl"},{line,<4>}]},
                    {bucket_keeper,'-drain/2-fun-0-',4,
                        [{file,"<3>bucket_keeper.erl"},{line,1<4>}]},
                    {gen_server,handle_msg,6,[{file,"gen_server.erl"},{line,7<4>}]}]}
""",
    (
        ("2026-01-03 10:11:12.120", "2214", "", "71"),
        ("2026-06-06 00:00:00.001", "91", "src/", "73"),
        ("2027-12-31 23:59:59.500", "30012", "/build/src/", "90"),
    ),
    """<1> [error] <0.<2>.0> crasher:
  exception exit: {{case_clause,full},
                   [{bucket_quota,charge,2,[{file,"<3>bucket_quota.erl"},{line,<4>}]},
                    {gen_server,handle_msg,6,[{file,"gen_server.erl"},{line,7<4>}]}]}
""",
    "badmatch",
    "bucket_socket.push",
)

ELIXIR = Case(
    "elixir",
    "erlang",
    """<1> [error] GenServer #PID<0.<2>.0> terminating
** (Bucket.FullError) bucket <2> holds <3> of <3> items
    (bucket <4>) lib/bucket/store.ex:<3>: Bucket.Store.put/3
    (bucket <4>) lib/bucket/worker.ex:1<3>: anonymous fn/2 in Bucket.Worker.run/1
    (phoenix 1.7.<3>) lib/phoenix/router.ex:3<3>: Phoenix.Router.__call__/5
    (stdlib 4.<3>) gen_server.erl:11<3>: :gen_server.try_dispatch/4
""",
    (
        ("10:11:12.120", "2214", "71", "0.1.0"),
        ("00:00:00.001", "91", "73", "0.2.3"),
        ("23:59:59.500", "30012", "90", "1.0.0"),
    ),
    """** (Ecto.NoResultsError) expected at least one result but got none
    (bucket <4>) lib/bucket/owners.ex:<3>: Bucket.Owners.get!/1
    (phoenix 1.7.<3>) lib/phoenix/router.ex:3<3>: Phoenix.Router.__call__/5
    (stdlib 4.<3>) gen_server.erl:11<3>: :gen_server.try_dispatch/4
""",
    "FullError",
    "Store.put",
)

LINUX = Case(
    "linux",
    "kernel",
    """[<1>] BUG: kernel NULL pointer dereference, address: 0000000000000<2>
[<1>] #PF: supervisor read access in kernel mode
[<1>] Oops: 0000 [#<3>] PREEMPT SMP NOPTI
[<1>] CPU: <3> PID: <4> Comm: backup Not tainted 6.<3>.0-<2>-generic
[<1>] RIP: 0010:vault_map_extent+0x<2>/0x1b0 [vaultfs]
[<1>] RAX: 0000000000000000 RBX: ffff<5> RCX: ffff<5>
[<1>] Call Trace:
[<1>]  <TASK>
[<1>]  ? __die+0x20/0x70
[<1>]  vault_read_folio+0x<2>/0x340 [vaultfs]
[<1>]  filemap_read_folio+0x4<3>/0xe0
[<1>]  do_syscall_64+0x5c/0x90
[<1>]  entry_SYSCALL_64_after_hwframe+0x6e/0xd8
""",
    (
        ("12345.678901", "18", "1", "4411", "888104a2c000"),
        ("    7.000001", "40", "5", "99", "9d0fc1e88a10"),
        ("9912345.101010", "58", "8", "1712", "a0b1c2d3e4f5"),
    ),
    """[<1>] watchdog: BUG: soft lockup - CPU#<3> stuck for 22s! [kworker/<3>:1:<4>]
[<1>] RIP: 0010:net_ring_spin+0x<2>/0x1b0 [fastnet]
[<1>] Call Trace:
[<1>]  net_ring_poll+0x<2>/0x340 [fastnet]
[<1>]  do_syscall_64+0x5c/0x90
[<1>]  entry_SYSCALL_64_after_hwframe+0x6e/0xd8
""",
    "BUG",
    "vault_map_extent",
)

FREEBSD = Case(
    "freebsd",
    "kernel",
    """panic: vault_lock: already locked by <1>
cpuid = <2>
time = <3>
KDB: stack backtrace:
#0 0x<4>a25 at kdb_backtrace+0x65
#1 0x<4>b6f at vpanic+0x17f
#2 0x<4>f86 at vault_lock+0x<2>
#3 0x<4>641 at vault_vget+0x3<2>
#4 0x<4>05c at amd64_syscall+0x10c
Uptime: <2>d
""",
    (
        ("100", "11", "1765012345", "ffffffff8061"),
        ("7", "3", "1799999999", "ffffffff80aa"),
        ("88012", "0", "1700000001", "ffffffff81b4"),
    ),
    """panic: page fault
cpuid = <2>
KDB: stack backtrace:
#0 0x<4>a25 at kdb_backtrace+0x65
#1 0x<4>b6f at vpanic+0x17f
#2 0x<4>f86 at ring_input+0x<2>
#3 0x<4>05c at amd64_syscall+0x10c
""",
    "panic",
    "vault_lock",
)

GDB = Case(
    "gdb",
    "native",
    """Program terminated with signal SIGSEGV, Segmentation fault.
#0  0x<1>c00 in __memcpy_avx_unaligned () from /lib64/libc.so.6
#1  0x<1>a4c in ledger_copy (row=0x<1>, n=<2>) at <3>ledger.c:<2>
#2  0x<1>b60 in ledger_flush (book=0x<1>) at <3>ledger.c:8<2>
#3  0x<1>ff5 in main (argc=<2>, argv=0x<1>) at <3>main.c:3<2>
""",
    (
        ("00007f11aa410", "3", "src/"),
        ("000055d0c0ffe", "17", "/build/keeper-1.2/src/"),
        ("00000000004e1", "40", "../../src/"),
    ),
    """Program terminated with signal SIGABRT, Aborted.
#0  0x<1>c00 in raise () from /lib64/libc.so.6
#1  0x<1>a4c in socket_close (s=0x<1>) at <3>socket.c:<2>
#2  0x<1>ff5 in main (argc=<2>, argv=0x<1>) at <3>main.c:3<2>
""",
    "SIGSEGV",
    "ledger_copy",
)

ASAN = Case(
    "asan",
    "sanitizer",
    """==<1>==ERROR: AddressSanitizer: heap-use-after-free on address 0x<2> at pc 0x<2> bp 0x<2> sp 0x<2>
READ of size 8 at 0x<2> thread T<3>
    #0 0x<2> in keeper::Shelf<unsigned int>::drop(unsigned int) <4>shelf.cc:<3>:9
    #1 0x<2> in keeper::Store::sweep() <4>store.cc:1<3>:5
    #2 0x<2> in __libc_start_main (/lib64/libc.so.6+0x2<3>)
""",
    (
        ("8812", "602000000010", "3", "/src/"),
        ("1", "7f00aa10cc20", "0", "/home/ada/keeper/"),
        ("30012", "55d0c0ffee00", "12", "/build/"),
    ),
    """==<1>==ERROR: AddressSanitizer: stack-buffer-overflow on address 0x<2> at pc 0x<2> bp 0x<2> sp 0x<2>
    #0 0x<2> in keeper::parse_header(char const*) <4>header.cc:<3>:9
    #1 0x<2> in __libc_start_main (/lib64/libc.so.6+0x2<3>)
""",
    "heap-use-after-free",
    "Shelf.drop",
)

VALGRIND = Case(
    "valgrind",
    "sanitizer",
    """==<1>== <2> bytes in <3> blocks are definitely lost in loss record <3> of <3>
==<1>==    at 0x<4>: malloc (vg_replace_malloc.c:3<3>)
==<1>==    by 0x<4>: grant_new (grant.c:<3>)
==<1>==    by 0x<4>: grant_renew (grant.c:2<3>)
==<1>==    by 0x<4>: main (keeper.c:9<3>)
""",
    (
        ("20771", "71,890", "1", "4848A13"),
        ("3", "12 (4 direct, 8 indirect)", "22", "16C03E"),
        ("99812", "1,048", "7", "10AA10"),
    ),
    """==<1>== Invalid read of size 8
==<1>==    at 0x<4>: route_free (route.c:<3>)
==<1>==    by 0x<4>: main (keeper.c:9<3>)
""",
    "definitely-lost",
    "grant_new",
)

TRACES = (
    PYTHON,
    JAVA,
    NODE,
    BROWSER,
    GO,
    RUBY,
    PHP,
    CSHARP,
    RUST,
    ERLANG,
    ELIXIR,
    LINUX,
    FREEBSD,
    GDB,
    ASAN,
    VALGRIND,
)
