-- Whole months passed: a window ends with the month's last day where the month has no such date, as a contract's does.
CREATE TEMP MACRO passed(since, until_) AS
  (year(until_) - year(since)) * 12 + month(until_) - month(since) - (day(until_) < day(since))::INTEGER;

-- What each client's outcomes come to, each once, and at most so much for one client.
WITH achieved AS (
  SELECT DISTINCT client, outcome
  FROM {claims} AS claims JOIN {clients} AS clients USING (client)
  WHERE achieved::DATE >= joined::DATE AND passed(joined::DATE, achieved::DATE) < 12
), owed AS (
  SELECT client, sum(pence) AS pence FROM achieved JOIN {prices} USING (outcome) GROUP BY client
)
SELECT sum(pence)::BIGINT, sum(least(pence, {most}))::BIGINT FROM owed
