-- For /etc/prosody/conf.d/viaduct.cfg.lua, or the end of prosody.cfg.lua. `prosodyctl check config` looks it over.
-- A gateway is an external component (XEP-0114): one Component section for each, with the secret that viaduct.yaml gives it.

-- The port for components; 127.0.0.1 keeps it inside this machine, since the protocol is not encrypted.
component_ports = { 5347 }
component_interfaces = { "127.0.0.1" }

-- Gateways below the server's own domain are found by clients in the list of services. Any others have to be named:
-- disco_items = { { "irc.example.net", "IRC" } }

-- With these, contacts of a network come into rosters by themselves, with names and groups (XEP-0356; mod_privilege is in Debian's
-- prosody-modules). Without them people are offered their contacts, or asked for each.
-- modules_enabled = { ...; "privilege" }        -- with the others, and in the Component section too
-- privileged_entities = { ["matrix.example.org"] = { roster = "both"; message = "outgoing"; } }        -- under VirtualHost
-- And with this beside them, rooms that somebody is in on the network come into her bookmarks (XEP-0402):
--   iq = { ["http://jabber.org/protocol/pubsub"] = "both" }

Component "irc.example.org"
	component_secret = "change this irc secret"
	-- What clients see while Viaduct is away.
	name = "IRC"

Component "echo.example.org"
	component_secret = "change this echo secret"
	name = "Echo"
