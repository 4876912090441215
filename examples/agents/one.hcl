# One durable agent: server and client in one process, reachable from this machine only.
#
#   nomad agent -config examples/agents/one.hcl -data-dir "$HOME/nomad-data"
bind_addr = "127.0.0.1"
log_level = "WARN"

server {
  enabled          = true
  bootstrap_expect = 1
}

client {
  enabled = true
}

plugin "raw_exec" {
  config {
    enabled = true
  }
}
