# A client in a process of its own, for the server of one.hcl.
#
#   nomad agent -config examples/agents/second-client.hcl -data-dir "$HOME/nomad-client"
name      = "second"
bind_addr = "127.0.0.1"
log_level = "WARN"

ports {
  http = 4746
}

client {
  enabled = true
  servers = ["127.0.0.1:4647"]
}

plugin "raw_exec" {
  config {
    enabled = true
  }
}
