CREATE TABLE "unknown_outcomes" (
	"project_id" text NOT NULL,
	"message_id" text NOT NULL,
	"policy" text NOT NULL,
	"campaign_id" text,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "unknown_outcomes_project_id_message_id_policy_pk" PRIMARY KEY("project_id","message_id","policy")
);
--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "erased_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "retention_days" integer;--> statement-breakpoint
CREATE INDEX "unknown_outcomes_by_campaign" ON "unknown_outcomes" USING btree ("project_id","campaign_id","policy");--> statement-breakpoint
CREATE INDEX "messages_by_recipient" ON "messages" USING btree ("project_id","recipient");--> statement-breakpoint
CREATE INDEX "messages_to_age_out" ON "messages" USING btree ("project_id","requested_at") WHERE "messages"."erased_at" is null;