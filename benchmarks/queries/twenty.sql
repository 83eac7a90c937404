-- Whole months passed: a window ends with the month's last day where the month has no such date, as a contract's does.
CREATE TEMP MACRO passed(since, until_) AS
  (year(until_) - year(since)) * 12 + month(until_) - month(since) - (day(until_) < day(since))::INTEGER;

-- The first offence of each court day decides in which of twenty windows that event lies, so the rows are joined once.
WITH men AS (
  SELECT man, cohort, arm, released::DATE AS released FROM {releases} WHERE adult = 'yes'
), events AS (
  SELECT cohort, arm, man, dealt_with, min(passed(released, committed::DATE)) AS months
  FROM {offences} AS offences JOIN men USING (man)
  WHERE disposal = 'conviction' AND committed::DATE >= released
    AND dealt_with::DATE >= released AND passed(released, dealt_with::DATE) < 24
  GROUP BY ALL
), counted AS (
  SELECT cohort, arm, [{windows}] AS events FROM events GROUP BY ALL
), people AS (
  SELECT cohort, arm, count(*) AS men FROM men GROUP BY ALL
)
SELECT cohort, arm, men, events FROM people LEFT JOIN counted USING (cohort, arm)
