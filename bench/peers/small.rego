# The small rule (bench/peers/rule.py) for OPA.
package small

day := 86400000000000

applied := time.parse_rfc3339_ns(sprintf("%sT00:00:00Z", [input.applied_on]))

open_periods(2011) := [["01-01", "02-15"], ["07-01", "08-15"]]

open_periods(year) := [["07-01", "08-15"]] if year > 2011

in_open_period if {
	some period in open_periods(to_number(substring(input.applied_on, 0, 4)))
	month_and_day := substring(input.applied_on, 5, 5)
	period[0] <= month_and_day
	month_and_day <= period[1]
}

lost_recently if {
	input.coverage_lost
	lost := time.parse_rfc3339_ns(sprintf("%sT00:00:00Z", [input.coverage_lost_on]))
	applied - lost <= 63 * day
}

outcome := "ineligible" if {
	not input.resident
} else := "ineligible" if {
	input.employer_plan_open
} else := "may enroll" if {
	in_open_period
} else := "may enroll" if {
	input.waiver_granted
} else := "may enroll" if {
	input.qualifying_event
} else := "may enroll" if {
	lost_recently
} else := "denied"
