"""Gajim, started with an account that is signed in, and driven from inside: one JSON object a line in, one a line out when it is done.

Arguments: folder for its settings, JID, password, port. Waits for what it is to show; pictures are of one window, as Gajim draws it.
"""

import json
import os
import sqlite3
import sys
import threading

folder, jid, password, port = sys.argv[1:]
sys.argv = ["gajim", "-c", folder]
sys.path.insert(0, "/usr/lib/python3/dist-packages")
ACCOUNT = "me"
TRIES = 300
TALLEST = 1900

user, host = jid.split("@")
account = {
    "account_label": ACCOUNT, "active": True, "autoconnect": True, "name": user, "hostname": host, "address": jid,
    "savepass": True, "password": password, "use_custom_host": True, "custom_host": "127.0.0.1", "custom_port": int(port),
    "custom_type": "PLAIN", "use_plain_connection": True, "confirm_unencrypted_connection": False,
}  # fmt: skip
settings = {"use_keyring": False, "is_window_visible": True, "check_for_update": False, "show_main_window_on_startup": "always"}

import gi  # noqa: E402

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
import gajim.common.settings as defaults  # noqa: E402

os.makedirs(folder, exist_ok=True)
with sqlite3.connect(os.path.join(folder, "settings.sqlite")) as database:
    database.executescript(defaults.CREATE_SQL)
    database.execute("UPDATE settings SET settings = ? WHERE name = 'app'", (json.dumps(settings),))
    row = json.dumps({"account": account, "contact": {}, "group_chat": {}})
    database.execute("INSERT INTO account_settings(account, settings) VALUES (?, ?)", (ACCOUNT, row))

from gajim import gajim as program  # noqa: E402

program._check_required_deps()
from gi.repository import Gdk, GLib, Gtk  # noqa: E402


class Pending(Exception):
    """It is not there yet."""


opened = {}
# Nobody else holds these.
browsers = []


def window():
    """The one that was opened last."""
    tops = [one for one in Gtk.Window.list_toplevels() if one.get_mapped() and one.get_allocated_width() > 100]
    found = [one for one in tops if type(one).__name__ != "MainWindow"]
    for one in found:
        if type(one).__name__ == "ExceptionDialog":
            buffers = [view.get_buffer() for view in inside(one) if isinstance(view, Gtk.TextView)]
            raise Exception("\n".join(buffer.get_text(*buffer.get_bounds(), False) for buffer in buffers))
    if not found:
        raise Pending("no window")
    return max(found, key=lambda one: opened.setdefault(one, len(opened)))


def inside(widget):
    yield widget
    if isinstance(widget, Gtk.Container):
        children = []
        widget.forall(lambda child: children.append(child))
        for child in children:
            yield from inside(child)


def online(_order):
    from gajim.common import app

    if not app.account_is_available(ACCOUNT):
        raise Pending("not online")


def open_window(order):
    from gajim.gtk.util import open_window as opens
    from nbxmpp.protocol import JID

    values = {name: JID.from_string(value) if name == "address" else value for name, value in order["with"].items()}
    opens(order["window"], account=ACCOUNT, **values)


def search(order):
    """The search of a service; Gajim opens it from its list of services."""
    from gajim.gtk.component_search import ComponentSearch

    ComponentSearch(ACCOUNT, order["jid"])


def services(order):
    """The services of a server, when all of them have said what they are."""
    from gajim.common import app
    from gajim.gtk.discovery import ServiceDiscoveryWindow

    app.interface.instances.setdefault(ACCOUNT, {"disco": {}})
    browser = order.get("browser")
    if browser is None:
        browser = order["browser"] = ServiceDiscoveryWindow(ACCOUNT, order["jid"], address_entry=True)
        browsers.append(browser)
    model = browser.services_treeview.get_model()
    rows = sum(1 + model.iter_n_children(row.iter) for row in model) if model is not None else 0
    if rows < order["rows"] or browser.progressbar.get_visible():
        raise Pending(f"{rows} rows")
    for row in model:
        for one in row.iterchildren():
            if any(order["select"] in str(cell) for cell in one):
                browser.services_treeview.get_selection().select_path(one.path)


def contact_of(jid):
    from gajim.common import app

    return app.get_client(ACCOUNT).get_module("Contacts").get_contact(jid, groupchat=True)


def join(order):
    from gajim.common import app

    app.get_client(ACCOUNT).get_module("MUC").join(order["jid"])


def configure(order):
    """The settings of a room that the user owns."""
    from gajim.gtk.groupchat_details import GroupchatDetails

    room = contact_of(order["jid"])
    me = room.get_self() if room.is_joined else None
    if me is None or not me.affiliation.is_owner:
        raise Pending("not the owner of the room")
    GroupchatDetails(room, page="config")


def page(order):
    """Waits until the assistant shows one of these pages."""
    shown = window().get_current_page()
    if shown not in order["names"]:
        said = [one.get_text() for one in inside(window()) if isinstance(one, Gtk.Label) and one.get_mapped()]
        raise Pending(f"the page is {shown}: {said}")
    return shown


def choose(order):
    """A row of the list of commands, by the command's node; and executes it."""
    dialog = window()
    tree = dialog.get_page("commands")._treeview
    for row in tree.get_model():
        if row[1].endswith(f":{order['node']}"):
            tree.get_selection().select_path(row.path)
            dialog.emit("button-clicked", "execute")
            return
    raise Pending(f"no {order['node']}")


def fill(order):
    """Fields of a form, from the first."""
    rows = [row for row in form().rows if hasattr(row, "_field") and row._field.var != "FORM_TYPE"]
    if order.get("filled"):
        # Gajim looks at what was typed a moment later, also where the form is gone by then.
        if any(row._validate_source_id is not None for row in rows):
            raise Pending("what was typed is not looked at")
        return
    order["filled"] = True
    kinds = (Gtk.Entry, Gtk.ComboBoxText, Gtk.CheckButton)
    for row, value in zip(rows, order["answers"]):
        if value == "":
            continue
        widget = next(one for one in inside(row._widget) if isinstance(one, kinds))
        if isinstance(widget, Gtk.ComboBoxText) and value == "*":
            widget.set_active(0)
        elif isinstance(widget, Gtk.ComboBoxText):
            widget.set_active_id(value)
        elif isinstance(widget, Gtk.CheckButton):
            widget.set_active(value == "1")
        else:
            widget.set_text(value)
    raise Pending("it was typed just now")


def pick(order):
    """What a list of the form offers, whichever list has it."""
    lists = [one for one in inside(form()) if isinstance(one, Gtk.ComboBoxText)]
    if not any(one.set_active_id(order["value"]) for one in lists):
        raise Pending(f"no list has {order['value']}")


def submit(_order):
    """Presses what goes on with a command."""
    dialog = window()
    buttons = [name for name in ("next", "complete") if dialog._buttons[name][0].get_visible()]
    if not buttons or not dialog._buttons[buttons[0]][0].get_sensitive():
        raise Pending("nothing goes on")
    dialog._buttons[buttons[0]][0].clicked()


def press(order):
    button, _ = window()._buttons[order["button"]]
    if not (button.get_visible() and button.get_sensitive()):
        raise Pending(f"{order['button']} can not be pressed")
    button.clicked()


def form():
    from gajim.gtk.dataform import FormGrid

    grid = next((one for one in inside(window()) if isinstance(one, FormGrid) and one.get_mapped()), None)
    if grid is None:
        raise Pending("no form")
    return grid


def fit(order):
    """As high as its form, or as is said."""
    height = order.get("height") or form().get_preferred_height()[1] + 180
    window().resize(order.get("width", 600), min(max(height, 250), TALLEST))


def shoot(order):
    shown = window()
    drawn = shown.get_window()
    picture = Gdk.pixbuf_get_from_window(drawn, 0, 0, drawn.get_width(), drawn.get_height())
    picture.savev(order["file"], "png", [], [])


def settle(order):
    """Waits until nothing moves any more: the same is drawn twice in a row."""
    drawn = window().get_window()
    seen = Gdk.pixbuf_get_from_window(drawn, 0, 0, drawn.get_width(), drawn.get_height()).get_pixels()
    before, order["seen"] = order.get("seen"), seen
    order["same"] = order.get("same", 0) + 1 if seen == before else 0
    if order["same"] < 4:
        raise Pending("it moves")


def leave(_order):
    """Ends the program."""
    os._exit(0)


def close(_order):
    window().destroy()


ORDERS = {
    one.__name__: one
    for one in (
        online, open_window, search, services, join, configure, page, choose, fill, pick, submit, press, fit, settle, shoot, close, leave,
    )  # fmt: skip
}


def obey(order, tries=TRIES):
    try:
        result = ORDERS[order["do"]](order)
        print(json.dumps({"done": order["n"], "result": result}), flush=True)
    except Pending as reason:
        if tries > 0:
            GLib.timeout_add(100, obey, order, tries - 1)
        else:
            print(json.dumps({"done": order["n"], "error": str(reason)}), flush=True)
    except Exception as error:
        print(json.dumps({"done": order["n"], "error": repr(error)}), flush=True)
    return False


def read():
    for line in sys.stdin:
        GLib.idle_add(obey, json.loads(line))
    os._exit(0)


threading.Thread(target=read, daemon=True).start()
program._init_gui("GTK")
program._run_app()
