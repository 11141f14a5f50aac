// A certificate authority and what it signed, made with the openssl command for one lab.
//
// Thread rule: blocks; not on a worker's thread. Errors: of the command.
#pragma once

#include <string>

#include "base/result.h"

namespace aside::lab {

struct Certificates {
    std::string ca_file, certificate_file, key_file;  // PEM
};

struct CertificateWish {
    std::string name = "server";  // of the files
    std::string alternative_names = "DNS:localhost,IP:127.0.0.1";
    int days = 30;  // negative: it has expired already
};

// Makes ca.pem and ca.key in `directory`, unless they are there.
Result<void> make_authority(const std::string& directory);
// Signed by the authority of that directory; files of that name there are replaced.
Result<Certificates> make_certificate(const std::string& directory,
                                      const CertificateWish& wish = {});

}  // namespace aside::lab
