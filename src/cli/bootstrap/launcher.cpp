// bootstrap: what Lambda starts of the package. It is linked statically, and starts aside-lambda
// with the C library and the loader that travel beside it, because Lambda's are older than those it
// was built with.
//
//   DIR/bootstrap             this
//   DIR/lib/ld.so             glibc's loader
//   DIR/lib/aside-lambda      and the libraries it asks for
//   DIR/lib/ca-bundle.pem     for TLS, where the system has no certificates of its own
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <sys/auxv.h>
#include <unistd.h>

namespace {

// Amazon Linux's, then Debian's.
constexpr const char* kSystemBundles[] = {"/etc/pki/tls/certs/ca-bundle.crt",
                                          "/etc/ssl/certs/ca-certificates.crt"};

// Where this program lies. Not /proc/self/exe: there may be no /proc.
std::string own_directory() {
    const auto* const path = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
    const std::string file = path ? path : "";
    const std::size_t slash = file.find_last_of('/');
    return slash == std::string::npos ? "." : file.substr(0, slash);
}

std::string certificates(const std::string& directory) {
    for (const char* bundle : kSystemBundles) {
        if (access(bundle, R_OK) == 0) return bundle;
    }
    return directory + "/lib/ca-bundle.pem";
}

}  // namespace

int main(int count, char** words) {
    const std::string directory = own_directory();
    const std::string libraries = directory + "/lib";
    // What OpenSSL takes for the system's. One that somebody has set stays.
    setenv("SSL_CERT_FILE", certificates(directory).c_str(), 0);  // NOLINT(concurrency-mt-unsafe)
    std::vector<std::string> command{
        libraries + "/ld.so", "--library-path",           libraries, "--argv0",
        "bootstrap",          libraries + "/aside-lambda"};
    command.insert(command.end(), words + 1, words + count);
    std::vector<char*> raw;
    for (std::string& word : command) raw.push_back(word.data());
    raw.push_back(nullptr);
    execv(raw[0], raw.data());
    std::perror(raw[0]);
    return 127;
}
