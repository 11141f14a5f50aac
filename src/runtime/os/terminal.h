// Whether a person is looking. Thread rule: any thread.
#pragma once

namespace aside::runtime {

bool stdout_is_terminal();
bool stderr_is_terminal();
unsigned terminal_width();  // columns of standard error's terminal; 80 when not known

}  // namespace aside::runtime
