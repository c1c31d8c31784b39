"""The page Data: jobs and their failures, files waiting to be imported, receipts, refused rows, undo."""

import shutil

import pytest

from data import jobs
from data.inbox import save_upload
from data.ingest import ImportOptions
from data.ledger import imports
from data.pipeline import import_file

FAILURE = "broken.csv has no column for event_time. Its columns are a, b, c."


@pytest.fixture(autouse=True)
def queued(monkeypatch):
    """Jobs are noted, and no worker is asked to run them."""
    monkeypatch.setattr("data.queue.enqueue", lambda settings, job_id: None)


def test_failed_job_says_why_and_can_be_put_away(shop, visit):
    job = jobs.submit(shop, "data.tasks.import_file", {"path": "x"}, "Import broken.csv")
    jobs.start(shop, job)
    jobs.finish(shop, job, "failed", FAILURE)
    app = visit("interest/trends")
    assert [each.value for each in app.error] == [f"**Import broken.csv failed.** {FAILURE}"]
    app.button(key=f"frame_dismiss_{job}").click().run()
    assert not app.error


def test_running_job_shows_stage_and_percent_and_can_be_cancelled(shop, visit):
    job = jobs.submit(shop, "data.tasks.import_file", {"path": "x"}, "Import shop.csv")
    jobs.start(shop, job)
    jobs.report(shop, job, "checking rows", 0.62)
    app = visit("start/home")
    assert "checking rows, 62 %" in app.progress[0].text
    app.button(key=f"frame_cancel_{job}").click().run()
    assert jobs.is_cancelled(shop, job)


def test_upload_is_looked_at_before_it_is_imported(shop, visit):
    save_upload(shop, "more.csv", b"when,who,what\n3/4/2026,u1,i1\n4/4/2026,u2,i2\n")
    app = visit("start/data", file="more.csv")
    assert app.button(key="data_import").disabled
    assert "Still to say" in "\n".join(each.value for each in app.caption)
    app.selectbox(key="data_map_event_time").select("when").run()
    app.selectbox(key="data_map_user_id").select("who").run()
    app.selectbox(key="data_map_item_id").select("what").run()
    app.selectbox(key="data_kind").select("view").run()
    assert "Still to say: day or month first." in [each.value for each in app.caption]
    app.selectbox(key="data_order").select("the day comes first").run()
    app.button(key="data_import").click().run()
    assert not app.exception
    submitted = jobs.jobs(shop)[0]
    assert submitted.name == "data.tasks.import_file"
    assert submitted.args["options"]["constants"] == {"event_type": "view"}
    assert submitted.args["options"]["mapping"] == {"event_time": "when", "user_id": "who", "item_id": "what"}
    assert submitted.args["options"]["day_first"] is True
    assert "file" not in app.query_params


def test_event_types_that_are_not_ours_are_asked_for(shop, visit):
    save_upload(
        shop, "more.csv", b"event_time,event_type,user_id,item_id\n2024-01-01,view,u1,i1\n2024-01-02,look,u1,i1\n"
    )
    app = visit("start/data", file="more.csv")
    app.selectbox(key="data_value_look").select("view").run()
    app.button(key="data_import").click().run()
    assert jobs.jobs(shop)[0].args["options"]["values"] == {"look": "view"}


def test_uploading_puts_the_file_into_the_inbox_and_opens_it(shop, visit):
    app = visit("start/data")
    app.file_uploader[0].upload("new.csv", b"event_time,event_type,user_id,item_id\n2024-01-01,view,u1,i1\n").run()
    assert not app.exception
    assert (shop.inbox / "new.csv").exists()
    assert app.query_params["file"] == "new.csv"
    assert "Import new.csv?" in [each.value for each in app.subheader]


def test_known_format_needs_no_questions(shop, visit):
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
    row = "536365,85123A,HEART HOLDER,6,2010-12-01 08:26:00,2.55,17850,United Kingdom"
    save_upload(shop, "retail.csv", f"{header}\n{row}\n".encode())
    app = visit("start/data", file="retail.csv")
    assert not app.button(key="data_import").disabled
    assert "Recognised as **UCI Online Retail**" in "\n".join(each.value for each in app.markdown)


def test_receipt_and_undo(shop, visit):
    app = visit("start/data")
    row = imports(shop)[0]
    text = "\n".join(each.value for each in app.markdown)
    assert f"Of **{row.receipt['rows']['read']:,}** rows read" in text
    assert "the time cannot be read" in text
    app.button(key="data_undo").click().run()
    assert "as if the file had never been imported" in "\n".join(each.value for each in app.markdown)
    assert app.button(key="data_undo_yes").label == "Undo"
    assert not jobs.jobs(shop)


def test_refused_rows_are_listed_when_asked_for(shop, visit):
    app = visit("start/data")
    assert len(app.dataframe) == 1
    app.session_state["data_rules"] = True
    app.run()
    assert not app.exception
    assert list(app.dataframe[1].value["reason"]).count("event_time_unreadable") == 1


def test_sample_banner_offers_the_own_log(settings, visit, tmp_path, small_log):
    log = small_log(tmp_path / "sample.csv", days=70)
    import_file(settings, log, ImportOptions(sample="complete-journey"))
    app = visit("interest/trends")
    assert "You are looking at **Complete Journey**, simulated" in "\n".join(each.value for each in app.markdown)
    app.button(key="frame_leave").click().run()
    assert app.button(key="frame_leave_yes").label == "Remove the sample"
    assert not visit("start/data").get("data_undo")


def test_an_import_while_there_is_nothing_yet(settings, visit):
    settings.var.mkdir(parents=True)
    jobs.submit(settings, "data.tasks.load_sample", {"name": "online-retail-ii"}, "Load Online Retail II")
    app = visit("interest/trends")
    assert "Your data are being prepared" in app.info[0].value
    assert not app.file_uploader
    shutil.rmtree(settings.var)


def test_a_companion_is_recognised_and_imported_as_what_it_is(shop, visit):
    save_upload(shop, "c.csv", b"campaign_id,user_id,sent_at,arm\nc1,u1,25/4/2026,A\nc1,u2,25/4/2026,control\n")
    app = visit("start/data", file="c.csv")
    assert app.selectbox(key="data_holds_c.csv").value == "campaigns"
    text = "\n".join(each.value for each in app.markdown)
    assert "Each row says who was sent what, or held out, and what came of it" in text
    assert "Its values are shown on no page." in text
    app.selectbox(key="data_value_A").select("treated").run()
    app.button(key="data_import").click().run()
    assert not app.exception
    options = jobs.jobs(shop)[0].args["options"]
    assert (options["kind"], options["values"]) == ("campaigns", {"arm:A": "treated"})


def test_what_a_file_holds_can_be_said_otherwise(shop, visit):
    save_upload(shop, "odd.csv", b"sku,colour\ni1,red\n")
    app = visit("start/data", file="odd.csv")
    assert app.selectbox(key="data_holds_odd.csv").value == "events"
    assert app.button(key="data_import").disabled
    app.selectbox(key="data_holds_odd.csv").select("items").run()
    assert not app.button(key="data_import").disabled
    app.selectbox(key="data_map_name").select("colour").run()
    app.button(key="data_import").click().run()
    options = jobs.jobs(shop)[0].args["options"]
    assert (options["kind"], options["mapping"], options["timezone"]) == ("items", {"name": "colour"}, None)


def test_contact_data_are_on_no_page(shop, visit):
    secrets = ("ann.secret@example.com", "7700 900111", "bob.secret@@example.com")
    rows = f"u1,{secrets[0]},+44 {secrets[1]}\nu2,{secrets[2]},\nu3,,\n"
    saved = save_upload(shop, "people.csv", f"user_id,email,phone\n{rows}".encode())
    import_file(shop, saved, ImportOptions(kind="customers"))
    app = visit("start/data", file="people.csv")
    app.session_state["data_rules"] = True
    app.run()
    assert not app.exception
    said = [each.value for kind in (app.markdown, app.caption, app.warning, app.info) for each in kind]
    shown = repr(said) + repr([each.value.to_dict() for each in app.dataframe])
    assert [secret for secret in secrets if secret in shown] == []
    assert "email_unreadable" in shown and "python -m data rejects imp-" in shown
    assert "not shown" in shown


def test_a_template_of_each_kind(shop, visit):
    app = visit("start/data")
    assert [each.proto.label for each in app.get("download_button")].count("Template") == 7
    assert "**Stock-outs**: an item that could not be had, from when to when." in [each.value for each in app.markdown]
