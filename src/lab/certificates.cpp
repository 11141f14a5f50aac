#include "lab/certificates.h"

#include "lab/shell_command.h"
#include "runtime/os/files.h"

namespace aside::lab {

namespace {

constexpr Duration kLimit = std::chrono::seconds(20);

Result<void> openssl(const std::string& directory, std::vector<std::string> words) {
    words.insert(words.begin(), "openssl");
    return run_program(words, kLimit, directory + "/openssl.log");
}

}  // namespace

Result<void> make_authority(const std::string& directory) {
    runtime::OsFiles files;
    if (files.read_file(directory + "/ca.pem", 1 << 20)) return {};
    return openssl(directory,
                   {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                    "-nodes", "-days", "30", "-subj", "/CN=Aside lab authority", "-keyout",
                    directory + "/ca.key", "-out", directory + "/ca.pem"});
}

Result<Certificates> make_certificate(const std::string& directory, const CertificateWish& wish) {
    auto made = make_authority(directory);
    if (!made) return fail(std::move(made.error()));
    const std::string stem = directory + "/" + wish.name;
    runtime::OsFiles files;
    auto folder = files.open_directory(directory, true);
    if (!folder) return fail(std::move(folder.error()));
    made = (*folder)->write_unsynced(wish.name + ".ext",
                                     "subjectAltName=" + wish.alternative_names + "\n");
    if (!made) return fail(std::move(made.error()));
    made =
        openssl(directory, {"req", "-new", "-newkey", "ec", "-pkeyopt",
                            "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=" + wish.name,
                            "-keyout", stem + ".key", "-out", stem + ".csr"});
    if (!made) return fail(std::move(made.error()));
    made = openssl(directory,
                   {"x509", "-req", "-in", stem + ".csr", "-CA", directory + "/ca.pem", "-CAkey",
                    directory + "/ca.key", "-CAcreateserial", "-days", std::to_string(wish.days),
                    "-extfile", stem + ".ext", "-out", stem + ".pem"});
    if (!made) return fail(std::move(made.error()));
    return Certificates{directory + "/ca.pem", stem + ".pem", stem + ".key"};
}

}  // namespace aside::lab
