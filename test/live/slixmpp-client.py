"""An XMPP client of slixmpp for tests: one JSON object a line in, what is to be done; one a line out, what it sees.

Arguments: JID, password, port. `roster` lines have the show of every contact that is there; what is done is answered with its number.
"""

import asyncio
import json
import sys

import slixmpp

COMMANDS = "http://jabber.org/protocol/commands"


class Client(slixmpp.ClientXMPP):
    def __init__(self, jid, password, port):
        super().__init__(jid, password)
        self.port = port
        self.enable_starttls = False
        self.enable_plaintext = True
        self.enable_direct_tls = False
        # The line does not leave this machine.
        self.plugin["feature_mechanisms"].unencrypted_scram = True
        for plugin in ("xep_0004", "xep_0030", "xep_0050", "xep_0077", "xep_0199"):
            self.register_plugin(plugin)
        # A person says yes to whoever asks.
        self.auto_authorize = True
        self.auto_subscribe = True
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("disconnected", self.again)
        for event in ("changed_status", "roster_update", "presence_subscribed", "presence_unsubscribed"):
            self.add_event_handler(event, self.tell_roster)

    def open(self):
        self.connect("127.0.0.1", self.port)

    async def start(self, _event):
        self.send_presence()
        await self.get_roster()
        self.tell(state="online")

    def again(self, _event):
        self.tell(state="offline")
        self.loop.call_later(0.2, self.open)

    def tell(self, **what):
        print(json.dumps(what), flush=True)

    def tell_roster(self, _event=None):
        shows = {}
        for jid in self.client_roster.keys():
            for presence in self.client_roster[jid].resources.values():
                shows[jid] = presence["show"] or "online"
        self.tell(roster=shows)

    async def sign_up(self, gateway, answers):
        """XEP-0077: in-band, by the data form."""
        offered = await self.plugin["xep_0077"].get_registration(gateway)
        form = offered["register"]["form"]
        names = {field["label"]: name for name, field in form.get_fields().items()}
        form.reply()
        form.set_values({names[label]: value for label, value in answers.items()})
        iq = self.make_iq_set(ito=gateway)
        iq["register"]["form"]["type"] = "submit"
        iq["register"]["form"].set_values(form.get_values())
        await iq.send()

    async def add(self, jid, name):
        self.update_roster(jid, name=name)
        self.send_presence_subscription(jid, ptype="subscribe")

    async def sign_off(self, gateway):
        await self.plugin["xep_0077"].cancel_registration(gateway)

    async def obey(self, order):
        number = order.pop("n")
        try:
            await getattr(self, order.pop("do"))(**order)
            self.tell(done=number)
        except Exception as error:
            self.tell(done=number, error=repr(error))


async def main():
    jid, password, port = sys.argv[1:]
    client = Client(jid, password, int(port))
    client.open()
    reader = asyncio.StreamReader()
    await asyncio.get_event_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in reader:
        await client.obey(json.loads(line))


asyncio.run(main())
