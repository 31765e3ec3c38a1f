ALTER TABLE "unmatched_reports" ALTER COLUMN "raw_body" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "unreadable_callbacks" ALTER COLUMN "raw_body" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "erasure_requested_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "messages_to_erase" ON "messages" USING btree ("project_id","message_id") WHERE "messages"."erasure_requested_at" is not null and "messages"."erased_at" is null;--> statement-breakpoint
-- What is written of a message that is erased, by whoever writes it: the workflow that was under way, a callback that
-- comes late, the previous release. The lock makes writer and eraser wait for each other: one of them sees the other's row.
CREATE FUNCTION "is_erased"("of_project" text, "of_message" text) RETURNS boolean LANGUAGE plpgsql AS $$
declare
  at timestamptz;
begin
  select m.erased_at into at from messages m
  where m.project_id = of_project and m.message_id = of_message for key share;
  return at is not null;
end $$;
--> statement-breakpoint
CREATE FUNCTION "take_person_out_of_event"() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  if is_erased(new.project_id, new.message_id) then
    new.recipient := 'erased';
    new.comment := null;
    new.campaign := new.campaign - 'customerIds';
    new.export_reason := null;
    -- Without a customer it cannot leave any more.
    if new.export_state is distinct from 'exported' then new.export_state := 'left_out'; end if;
  end if;
  return new;
end $$;
--> statement-breakpoint
CREATE FUNCTION "take_person_out_of_contradiction"() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  if is_erased(new.project_id, new.message_id) then
    new.event := (new.event - 'comment') || jsonb_build_object(
      'recipient', 'erased', 'campaign', coalesce(new.event -> 'campaign', '{}') - 'customerIds');
  end if;
  return new;
end $$;
--> statement-breakpoint
CREATE FUNCTION "take_person_out_of_late_report"() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  if new.raw_body is not null and is_erased(new.project_id, new.message_id) then new.raw_body := null; end if;
  return new;
end $$;
--> statement-breakpoint
-- One whose message Temporal does not know any more names it all the same.
CREATE FUNCTION "take_person_out_of_unmatched_report"() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  if new.client_reference like 'sinch/%/%'
    and is_erased(split_part(new.client_reference, '/', 2), split_part(new.client_reference, '/', 3))
  then new.raw_body := null; end if;
  return new;
end $$;
--> statement-breakpoint
CREATE TRIGGER "campaign_events_of_erased" BEFORE INSERT OR UPDATE OF "recipient" ON "campaign_events"
  FOR EACH ROW EXECUTE FUNCTION take_person_out_of_event();
--> statement-breakpoint
CREATE TRIGGER "contradicted_events_of_erased" BEFORE INSERT OR UPDATE OF "event" ON "contradicted_events"
  FOR EACH ROW EXECUTE FUNCTION take_person_out_of_contradiction();
--> statement-breakpoint
CREATE TRIGGER "late_reports_of_erased" BEFORE INSERT OR UPDATE OF "raw_body" ON "late_reports"
  FOR EACH ROW EXECUTE FUNCTION take_person_out_of_late_report();
--> statement-breakpoint
CREATE TRIGGER "unmatched_reports_of_erased" BEFORE INSERT OR UPDATE OF "raw_body" ON "unmatched_reports"
  FOR EACH ROW EXECUTE FUNCTION take_person_out_of_unmatched_report();
