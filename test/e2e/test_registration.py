def test_four_messages_make_a_stranger_an_active_rep(world):
    anna = world.person("Анна Петрова", language="ru")
    anna.says("привет")
    anna.hears("offer")
    anna.says("да")
    anna.hears("ask_name")
    anna.says("Анна Петрова")
    anna.hears("ask_email", name="Анна Петрова", domains="@truerealestate.bali")
    anna.says("anna@truerealestate.bali")
    anna.hears("registered", name="Анна Петрова", email="anna@truerealestate.bali")
    rep = world.db.rep(anna.id)
    assert (rep["status"], rep["name"], rep["email"]) == ("active", "Анна Петрова", "anna@truerealestate.bali")
    assert rep["telegram_username"] == anna.username
