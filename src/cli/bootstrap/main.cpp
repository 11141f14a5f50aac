// aside-lambda: what a Lambda package holds of Aside. `aside lambda` without the other commands, so
// that it starts sooner and the package is small.
#include "cli/lambda_run.h"
#include "cli/process_main.h"

int main(int count, char** words, char** environment) {
    using namespace aside;
    return cli::process_main(count, words, environment,
                             [](cli::Session& session) { return cli::run_lambda({}, session); });
}
