"""An XMPP client of slixmpp for tests: one JSON object a line in, what is to be done; one a line out, what it sees.

Arguments: JID, password, port. `roster` lines have the show of every contact that is there; what is done is answered with its number.
A room is shown as the lines of what was said, of who is in it and of what became of whom; nothing with the same stanza-id is shown twice.
"""

import asyncio
import json
import sys

import slixmpp
from slixmpp.exceptions import PresenceError

COMMANDS = "http://jabber.org/protocol/commands"
PAGE = 25


class Room:
    def __init__(self, jid):
        self.jid = jid
        self.nick = None
        self.inside = False
        self.people = []
        self.said = []
        self.notes = []
        self.ids = set()
        self.pages = None

    def line(self, message):
        """What is shown of a message that was not shown before."""
        key = message["stanza_id"]["id"]
        if key in self.ids or not message["body"]:
            return None
        self.ids.add(key)
        return f"{message['from'].resource}: {message['body']}"


class Client(slixmpp.ClientXMPP):
    def __init__(self, jid, password, port):
        super().__init__(jid, password)
        self.port = port
        self.enable_starttls = False
        self.enable_plaintext = True
        self.enable_direct_tls = False
        # The line does not leave this machine.
        self.plugin["feature_mechanisms"].unencrypted_scram = True
        for plugin in ("xep_0004", "xep_0030", "xep_0045", "xep_0050", "xep_0077", "xep_0199", "xep_0249", "xep_0313", "xep_0359"):
            self.register_plugin(plugin)
        # A person says yes to whoever asks.
        self.auto_authorize = True
        self.auto_subscribe = True
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("disconnected", self.again)
        for event in ("changed_status", "roster_update", "presence_subscribed", "presence_unsubscribed"):
            self.add_event_handler(event, self.tell_roster)
        self.rooms = {}
        self.add_event_handler("groupchat_presence", self.see_occupant)
        self.add_event_handler("groupchat_message", self.see_message)
        self.add_event_handler("groupchat_direct_invite", self.see_invitation)

    def open(self):
        self.connect("127.0.0.1", self.port)

    async def start(self, _event):
        self.send_presence()
        await self.get_roster()
        for room in self.rooms.values():
            if room.inside:
                self.join(room)
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

    def room(self, jid):
        return self.rooms.setdefault(jid, Room(jid))

    def tell_room(self, room):
        self.tell(room=room.jid, people=room.people, said=room.said, notes=room.notes)

    def join(self, room):
        room.inside = False
        room.people = []
        asyncio.create_task(self.try_to_join(room))

    async def try_to_join(self, room):
        try:
            await self.plugin["xep_0045"].join_muc_wait(room.jid, room.nick)
        except PresenceError as refusal:
            room.notes.append(f"refused: {refusal.condition}")
            self.tell_room(room)

    def see_occupant(self, presence):
        room, nick = self.room(presence["from"].bare), presence["from"].resource
        codes = presence["muc"]["status_codes"]
        own = 110 in codes
        if presence["type"] == "unavailable":
            if nick in room.people:
                room.people.remove(nick)
            if own and 303 not in codes:
                room.inside, room.people = False, []
            room.notes.append(f"{nick} is out {sorted(codes)} {presence['status']}")
        elif nick not in room.people:
            room.people.append(nick)
            if own:
                room.inside, room.nick = True, nick
            elif room.inside:
                room.notes.append(f"{nick} is in")
        self.tell_room(room)

    def see_message(self, message):
        room = self.room(message["from"].bare)
        line = room.line(message)
        if line is not None:
            room.said.append(line)
            self.tell_room(room)

    def see_invitation(self, message):
        room = self.room(str(message["groupchat_invite"]["jid"]))
        room.notes.append(f"invited by {message['from']}")
        self.tell_room(room)

    async def enter(self, room, nick):
        known = self.room(room)
        known.nick = nick
        self.join(known)

    async def leave(self, room):
        self.plugin["xep_0045"].leave_muc(room, self.room(room).nick)

    async def rename(self, room, nick):
        self.send_presence(pto=f"{room}/{nick}")

    async def say(self, room, text):
        self.send_message(mto=room, mbody=text, mtype="groupchat")

    async def older(self, room):
        """XEP-0313: one page further back."""
        known = self.room(room)
        if known.pages is None:
            pages = self.plugin["xep_0313"].retrieve(room, iterator=True, reverse=True, rsm={"max": PAGE})
            known.pages = pages.__aiter__()
        try:
            page = await known.pages.__anext__()
        except StopAsyncIteration:
            return
        lines = []
        for result in page["mam"]["results"]:
            message = result["mam_result"]["forwarded"]["stanza"]
            message["stanza_id"]["id"] = result["mam_result"]["id"]
            line = known.line(message)
            if line is not None:
                lines.append(line)
        known.said[:0] = lines
        self.tell_room(known)

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
