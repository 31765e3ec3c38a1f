CREATE TABLE "settings_versions" (
	"what" text PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "campaign_codes" (
	"project_id" text NOT NULL,
	"campaign_id" text NOT NULL,
	"status" text NOT NULL,
	"status_code" integer NOT NULL,
	"error" text NOT NULL,
	"shard" smallint NOT NULL,
	"events" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "campaign_codes_pk" PRIMARY KEY("project_id","campaign_id","status","status_code","error","shard")
);
--> statement-breakpoint
CREATE TABLE "campaign_counts" (
	"project_id" text NOT NULL,
	"campaign_id" text NOT NULL,
	"dimension" text NOT NULL,
	"value" text NOT NULL,
	"shard" smallint NOT NULL,
	"requested" bigint DEFAULT 0 NOT NULL,
	"skipped" bigint DEFAULT 0 NOT NULL,
	"to_send" bigint DEFAULT 0 NOT NULL,
	"admitted" bigint DEFAULT 0 NOT NULL,
	"enqueued" bigint DEFAULT 0 NOT NULL,
	"enqueue_failed" bigint DEFAULT 0 NOT NULL,
	"ended" bigint DEFAULT 0 NOT NULL,
	"delivered" bigint DEFAULT 0 NOT NULL,
	"rejected" bigint DEFAULT 0 NOT NULL,
	"failed" bigint DEFAULT 0 NOT NULL,
	"timeout" bigint DEFAULT 0 NOT NULL,
	"able_to_report" bigint DEFAULT 0 NOT NULL,
	"parts" bigint DEFAULT 0 NOT NULL,
	"estimated_parts" bigint DEFAULT 0 NOT NULL,
	"first_event_at" timestamp (3) with time zone,
	"last_event_at" timestamp (3) with time zone,
	CONSTRAINT "campaign_counts_pk" PRIMARY KEY("project_id","campaign_id","dimension","value","shard")
);
--> statement-breakpoint
CREATE TABLE "campaign_delays" (
	"project_id" text NOT NULL,
	"campaign_id" text NOT NULL,
	"bucket" smallint NOT NULL,
	"shard" smallint NOT NULL,
	"messages" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "campaign_delays_project_id_campaign_id_bucket_shard_pk" PRIMARY KEY("project_id","campaign_id","bucket","shard")
);
--> statement-breakpoint
CREATE TABLE "campaign_times" (
	"project_id" text NOT NULL,
	"campaign_id" text NOT NULL,
	"width" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"shard" smallint NOT NULL,
	"enqueued" bigint DEFAULT 0 NOT NULL,
	"enqueue_failed" bigint DEFAULT 0 NOT NULL,
	"delivered" bigint DEFAULT 0 NOT NULL,
	"rejected" bigint DEFAULT 0 NOT NULL,
	"failed" bigint DEFAULT 0 NOT NULL,
	"timeout" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "campaign_times_pk" PRIMARY KEY("project_id","campaign_id","width","starts_at","shard")
);
--> statement-breakpoint
CREATE TABLE "campaigns" (
	"project_id" text NOT NULL,
	"campaign_id" text NOT NULL,
	"name" text,
	"started_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "campaigns_project_id_campaign_id_pk" PRIMARY KEY("project_id","campaign_id")
);
--> statement-breakpoint
ALTER TABLE "exporters" ADD COLUMN "lease_id" text;--> statement-breakpoint
ALTER TABLE "exporters" ADD COLUMN "lease_until" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "campaigns_by_time" ON "campaigns" USING btree ("project_id","started_at","campaign_id");--> statement-breakpoint
-- A shard for this transaction alone, so that no transaction waits for another's counts, or forms a circle of waits with it.
CREATE FUNCTION "counting_shard"() RETURNS smallint LANGUAGE plpgsql AS $$
declare
  shard integer;
begin
  for free in 0..15 loop
    if pg_try_advisory_xact_lock(744624106, free) then return free; end if;
  end loop;
  shard := pg_backend_pid() % 16;
  perform pg_advisory_xact_lock(744624106, shard);
  return shard;
end $$;
--> statement-breakpoint
-- Counts requests. With "late", those that had an admission event before they were registered are counted as admitted;
-- without, that is left to the counting of the events.
-- The planner is kept from scans of whole tables: a plan made while they were small would be kept when they are not.
CREATE FUNCTION "count_requests"("given" messages[], "late" boolean) RETURNS void LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
declare
  mine smallint := counting_shard();
begin
  with request as materialized (
    select m.project_id, m.campaign_id, m.requested_at,
      coalesce(m.country, '') as country,
      left(coalesce(m.input ->> 'sender', a.sender, ''), 100) as sender,
      coalesce(m.input -> 'campaign' ->> 'campaignName', a.campaign ->> 'campaignName') as name,
      (m.disposition = 'skipped')::int as skipped,
      (m.disposition = 'send')::int as to_send,
      (late and m.disposition = 'send' and a.message_id is not null)::int as admitted
    from unnest(given) m
    left join lateral (
      select e.message_id, e.sender, e.campaign from campaign_events e
      where e.project_id = m.project_id and e.message_id = m.message_id and e.phase = 'admission'
        and m.disposition <> 'skipped'
      offset 0
    ) a on true
    where m.campaign_id is not null
  ), named as (
    insert into campaigns as c (project_id, campaign_id, name, started_at)
    select distinct on (r.project_id, r.campaign_id) r.project_id, r.campaign_id, r.name,
      min(r.requested_at) over (partition by r.project_id, r.campaign_id)
    from request r
    where not exists (
      select from campaigns c
      where c.project_id = r.project_id and c.campaign_id = r.campaign_id and (c.name is not null or r.name is null)
    )
    order by r.project_id, r.campaign_id, r.name is null, r.requested_at
    on conflict (project_id, campaign_id) do update set name = coalesce(c.name, excluded.name)
  )
  insert into campaign_counts as c
    (project_id, campaign_id, dimension, value, shard, requested, skipped, to_send, admitted)
  select r.project_id, r.campaign_id, d.dimension, d.value, mine,
    count(*), sum(r.skipped), sum(r.to_send), sum(r.admitted)
  from request r
  cross join lateral (values ('all', ''), ('country', r.country), ('sender', r.sender)) d (dimension, value)
  group by 1, 2, 3, 4
  on conflict (project_id, campaign_id, dimension, value, shard) do update set
    requested = c.requested + excluded.requested,
    skipped = c.skipped + excluded.skipped,
    to_send = c.to_send + excluded.to_send,
    admitted = c.admitted + excluded.admitted;
end $$;
--> statement-breakpoint
-- Counts events. What two events of a message say together is counted with the one that is written last, or once where
-- both are given.
CREATE FUNCTION "count_events"("given" campaign_events[]) RETURNS void LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
declare
  mine smallint := counting_shard();
begin
  with fresh as materialized (
    select e.project_id, e.message_id, e.campaign_id, e.phase, e.status, e.at, e.status_code,
      coalesce(e.country, '') as country,
      left(coalesce(e.sender, ''), 100) as sender,
      left(coalesce(e.error, ''), 100) as error,
      e.campaign ->> 'campaignName' as name,
      e.reports_expected,
      coalesce(e.part_count, 0) as parts,
      coalesce(e.part_count_estimated, false) as estimated,
      e.phase = 'admission' and exists (
        select from messages m
        where m.project_id = e.project_id and m.message_id = e.message_id and m.disposition = 'send'
      ) as of_send
    from unnest(given) e
    where e.campaign_id is not null
  ), pair as materialized (
    select a.project_id, a.campaign_id, f.status,
      coalesce(a.country, '') as country,
      left(coalesce(a.sender, ''), 100) as sender,
      not a.reports_expected and f.status <> 'timeout' as reported_after_all,
      -- The final event's count is Sinch's own, where the report had one.
      case
        when f.part_count is null then 0
        when f.part_count_estimated is not true or a.part_count is null then f.part_count - coalesce(a.part_count, 0)
        else 0
      end as more_parts,
      case
        when f.part_count is null then 0
        when f.part_count_estimated is not true then
          case when a.part_count_estimated then -coalesce(a.part_count, 0) else 0 end
        when a.part_count is null then f.part_count
        else 0
      end as more_estimated,
      floor(ln(greatest((extract(epoch from f.at - a.at) * 1000)::float8, 1)) / ln(1.05::float8))::smallint as bucket
    from (select distinct project_id, message_id from fresh) k
    join lateral (
      select * from campaign_events e
      where e.project_id = k.project_id and e.message_id = k.message_id and e.phase = 'admission'
      offset 0
    ) a on a.status = 'enqueued' and a.campaign_id is not null
    join lateral (
      select * from campaign_events e
      where e.project_id = k.project_id and e.message_id = k.message_id and e.phase = 'final'
      offset 0
    ) f on true
  ), part as (
    select project_id, campaign_id, country, sender, at,
      (of_send)::int as admitted,
      (status = 'enqueued')::int as enqueued,
      (status = 'enqueue_failed')::int as enqueue_failed,
      0 as ended,
      (status = 'delivered')::int as delivered,
      (status = 'rejected')::int as rejected,
      (status = 'failed')::int as failed,
      (status = 'timeout')::int as timeout,
      (status = 'enqueued' and reports_expected)::int as able_to_report,
      case when status = 'enqueued' then parts else 0 end as parts,
      case when status = 'enqueued' and estimated then parts else 0 end as estimated_parts
    from fresh
    union all
    select project_id, campaign_id, country, sender, null,
      0, 0, 0, 1, 0, 0, 0, 0, reported_after_all::int, more_parts, more_estimated
    from pair
  ), named as (
    insert into campaigns as c (project_id, campaign_id, name, started_at)
    select distinct on (f.project_id, f.campaign_id) f.project_id, f.campaign_id, f.name,
      min(f.at) over (partition by f.project_id, f.campaign_id)
    from fresh f
    where not exists (
      select from campaigns c
      where c.project_id = f.project_id and c.campaign_id = f.campaign_id and (c.name is not null or f.name is null)
    )
    order by f.project_id, f.campaign_id, f.name is null, f.at
    on conflict (project_id, campaign_id) do update set name = coalesce(c.name, excluded.name)
  ), coded as (
    insert into campaign_codes as c (project_id, campaign_id, status, status_code, error, shard, events)
    select project_id, campaign_id, status, coalesce(status_code, -1), error, mine, count(*)
    from fresh
    where status not in ('enqueued', 'delivered') and (status_code is not null or error <> '')
    group by 1, 2, 3, 4, 5
    on conflict (project_id, campaign_id, status, status_code, error, shard) do update set
      events = c.events + excluded.events
  ), timed as (
    insert into campaign_times as c
      (project_id, campaign_id, width, starts_at, shard, enqueued, enqueue_failed, delivered, rejected, failed, timeout)
    select project_id, campaign_id, w.width, date_trunc(w.width, at, 'UTC'), mine,
      count(*) filter (where status = 'enqueued'),
      count(*) filter (where status = 'enqueue_failed'),
      count(*) filter (where status = 'delivered'),
      count(*) filter (where status = 'rejected'),
      count(*) filter (where status = 'failed'),
      count(*) filter (where status = 'timeout')
    from fresh cross join (values ('minute'), ('hour'), ('day')) w (width)
    group by 1, 2, 3, 4
    on conflict (project_id, campaign_id, width, starts_at, shard) do update set
      enqueued = c.enqueued + excluded.enqueued,
      enqueue_failed = c.enqueue_failed + excluded.enqueue_failed,
      delivered = c.delivered + excluded.delivered,
      rejected = c.rejected + excluded.rejected,
      failed = c.failed + excluded.failed,
      timeout = c.timeout + excluded.timeout
  ), delayed as (
    insert into campaign_delays as c (project_id, campaign_id, bucket, shard, messages)
    select project_id, campaign_id, bucket, mine, count(*)
    from pair
    where status = 'delivered'
    group by 1, 2, 3
    on conflict (project_id, campaign_id, bucket, shard) do update set messages = c.messages + excluded.messages
  )
  insert into campaign_counts as c
    (project_id, campaign_id, dimension, value, shard, admitted, enqueued, enqueue_failed, ended, delivered, rejected,
     failed, timeout, able_to_report, parts, estimated_parts, first_event_at, last_event_at)
  select p.project_id, p.campaign_id, d.dimension, d.value, mine,
    sum(p.admitted), sum(p.enqueued), sum(p.enqueue_failed), sum(p.ended), sum(p.delivered), sum(p.rejected),
    sum(p.failed), sum(p.timeout), sum(p.able_to_report), sum(p.parts), sum(p.estimated_parts), min(p.at), max(p.at)
  from part p
  cross join lateral (values ('all', ''), ('country', p.country), ('sender', p.sender)) d (dimension, value)
  group by 1, 2, 3, 4
  on conflict (project_id, campaign_id, dimension, value, shard) do update set
    admitted = c.admitted + excluded.admitted,
    enqueued = c.enqueued + excluded.enqueued,
    enqueue_failed = c.enqueue_failed + excluded.enqueue_failed,
    ended = c.ended + excluded.ended,
    delivered = c.delivered + excluded.delivered,
    rejected = c.rejected + excluded.rejected,
    failed = c.failed + excluded.failed,
    timeout = c.timeout + excluded.timeout,
    able_to_report = c.able_to_report + excluded.able_to_report,
    parts = c.parts + excluded.parts,
    estimated_parts = c.estimated_parts + excluded.estimated_parts,
    first_event_at = least(c.first_event_at, excluded.first_event_at),
    last_event_at = greatest(c.last_event_at, excluded.last_event_at);
end $$;
--> statement-breakpoint
CREATE FUNCTION "count_new_requests"() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  perform count_requests(array_agg(row(n.*)::messages), true) from new_requests n having count(*) > 0;
  return null;
end $$;
--> statement-breakpoint
CREATE FUNCTION "count_new_events"() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  perform count_events(array_agg(row(n.*)::campaign_events)) from new_events n having count(*) > 0;
  return null;
end $$;
--> statement-breakpoint
-- A message that is cancelled before Sinch had it becomes a skipped one.
CREATE FUNCTION "count_changed_request"() RETURNS trigger LANGUAGE plpgsql AS $$
declare
  mine smallint := counting_shard();
  skips integer := (new.disposition = 'skipped')::int - (old.disposition = 'skipped')::int;
  sends integer := (new.disposition = 'send')::int - (old.disposition = 'send')::int;
  is_admitted boolean := exists (
    select from campaign_events e
    where e.project_id = new.project_id and e.message_id = new.message_id and e.phase = 'admission'
  );
begin
  insert into campaign_counts as c
    (project_id, campaign_id, dimension, value, shard, skipped, to_send, admitted)
  select new.project_id, new.campaign_id, d.dimension, d.value, mine, skips, sends,
    case when is_admitted then sends else 0 end
  from (values ('all', ''), ('country', coalesce(new.country, '')),
    ('sender', left(coalesce(new.input ->> 'sender', ''), 100))) d (dimension, value)
  on conflict (project_id, campaign_id, dimension, value, shard) do update set
    skipped = c.skipped + excluded.skipped,
    to_send = c.to_send + excluded.to_send,
    admitted = c.admitted + excluded.admitted;
  return null;
end $$;
--> statement-breakpoint
-- Counts a project's campaigns, or one of them, anew from the rows; all with nulls. Whoever writes messages or events
-- waits meanwhile.
CREATE FUNCTION "recount_campaigns"("only_project" text, "only_campaign" text) RETURNS void LANGUAGE plpgsql
  SET plan_cache_mode = force_custom_plan AS $$
declare
  requests messages[];
  events campaign_events[];
begin
  lock table messages, campaign_events in share row exclusive mode;
  delete from campaigns c where (only_project is null or c.project_id = only_project)
    and (only_campaign is null or c.campaign_id = only_campaign);
  delete from campaign_counts c where (only_project is null or c.project_id = only_project)
    and (only_campaign is null or c.campaign_id = only_campaign);
  delete from campaign_codes c where (only_project is null or c.project_id = only_project)
    and (only_campaign is null or c.campaign_id = only_campaign);
  delete from campaign_times c where (only_project is null or c.project_id = only_project)
    and (only_campaign is null or c.campaign_id = only_campaign);
  delete from campaign_delays c where (only_project is null or c.project_id = only_project)
    and (only_campaign is null or c.campaign_id = only_campaign);
  -- Oldest first: a campaign begins with the first of its requests that is counted.
  for requests in
    select array_agg(r.m)
    from (
      select m, row_number() over (order by m.requested_at) / 2000 as portion
      from messages m
      where m.campaign_id is not null and (only_project is null or m.project_id = only_project)
        and (only_campaign is null or m.campaign_id = only_campaign)
    ) r
    group by r.portion
    order by r.portion
  loop
    perform count_requests(requests, false);
  end loop;
  -- Both events of a message go together: what they say together is else counted with each.
  for events in
    select array_agg(r.e)
    from (
      select e, dense_rank() over (order by e.project_id, e.message_id) / 1000 as portion
      from campaign_events e
      where e.campaign_id is not null and (only_project is null or e.project_id = only_project)
        and (only_campaign is null or e.campaign_id = only_campaign)
    ) r
    group by r.portion
  loop
    perform count_events(events);
  end loop;
end $$;
--> statement-breakpoint
SELECT recount_campaigns(null, null);
--> statement-breakpoint
CREATE TRIGGER "messages_counted" AFTER INSERT ON "messages" REFERENCING NEW TABLE AS new_requests
  FOR EACH STATEMENT EXECUTE FUNCTION count_new_requests();
--> statement-breakpoint
CREATE TRIGGER "messages_recounted" AFTER UPDATE OF "disposition" ON "messages"
  FOR EACH ROW WHEN (new.disposition <> old.disposition AND new.campaign_id IS NOT NULL) EXECUTE FUNCTION count_changed_request();
--> statement-breakpoint
CREATE TRIGGER "campaign_events_counted" AFTER INSERT ON "campaign_events" REFERENCING NEW TABLE AS new_events
  FOR EACH STATEMENT EXECUTE FUNCTION count_new_events();
--> statement-breakpoint
-- Rows that are added to all the time: room beside them keeps the new version on the same page.
ALTER TABLE "campaign_counts" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
--> statement-breakpoint
ALTER TABLE "campaign_codes" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
--> statement-breakpoint
ALTER TABLE "campaign_times" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
--> statement-breakpoint
ALTER TABLE "campaign_delays" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
