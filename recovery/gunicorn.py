"""The web server's settings; gunicorn reads the names below."""

from recovery import env

bind = f"{env.text('BIND', '127.0.0.1')}:{env.port()}"
worker_class = "gthread"
workers = env.number("WEB_WORKERS", 2, least=1, most=64)
threads = env.number("WEB_THREADS", 4, least=1, most=64)
# One import for all workers; nothing connects to a server before the fork.
preload_app = True
timeout = 60
graceful_timeout = 10
keepalive = 5
errorlog = "-"
forwarded_allow_ips = "*" if env.number("TRUSTED_PROXIES", 0, most=10) else "127.0.0.1"
