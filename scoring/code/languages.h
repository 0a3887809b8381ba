// What the languages do in their own way; code.cc holds what they share. Not for use outside.
#pragma once

#include <string>

#include "scoring/code/code.h"

namespace candor::scoring {

// A job with the task's limits on time and memory.
CodeJob job_of(const CodeTask& task);

// The class of a program that ended by itself or by a limit, without a word from the tester.
// `exited`: what an ordinary end means.
CodeVerdict verdict_of_end(const CodeRun& run, const CodeVerdict& exited);

// The verdict of a pair of boxes, from the tester's report.
CodeVerdict verdict_of_pair(const CodeRuns& runs);

CodeVerdict judge_python(const CodeTask& task, const CodeBoxes& boxes);
CodeVerdict judge_cpp(const CodeTask& task, const CodeBoxes& boxes);

// Runs the program on the tests' inputs in turn until one is not passed.
CodeVerdict judge_programs(const CodeTask& task, const CodeJob& program, const CodeBoxes& boxes);

// Is the result, as the boxed codec wrote it (codec.py.inc), the expected value? Types are exact
// (True is not 1, a tuple is not a list), NaN equals nothing.
bool same_value(const boost::json::value& result, const boost::json::value& expected,
                std::optional<double> tolerance);
// The expected value in the codec's form, to be sent as an argument.
boost::json::value to_codec(const boost::json::value& value);

// Outputs are compared line by line, token by token: white space at the ends of lines and empty
// lines at the end do not count. With a tolerance, tokens that are both numbers may differ by it.
bool same_output(std::string_view output, std::string_view expected,
                 std::optional<double> tolerance);

// |a - b| <= tolerance * max(1, |expected|); exact without one.
bool same_number(double value, double expected, std::optional<double> tolerance);

}  // namespace candor::scoring
