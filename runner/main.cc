#include "runner/command_line.h"

int main(int argc, char** argv) { return candor::runner::run_command_line(argc, argv); }
