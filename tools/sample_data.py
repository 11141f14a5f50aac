#!/usr/bin/env python3
"""Makes the sample data set: every country as an item that refers to its country, currency and subdivision objects.

Sources are two Debian packages: iso-codes (ISO 3166-1, 3166-2 and 4217) and unicode-cldr-core (which currencies a country uses).
Written are FOLDER/items.ndjson and FOLDER/objects.ndjson, for `aside import`; the same sources give the same bytes.

    python3 tools/sample_data.py FOLDER
"""

import argparse
import json
import os
import sys
import xml.etree.ElementTree as ElementTree

ISO_CODES = "/usr/share/iso-codes/json"
SUPPLEMENTAL = "/usr/share/unicode/cldr/common/supplemental/supplementalData.xml"


def read_iso(standard):
    with open(f"{ISO_CODES}/iso_{standard}.json", encoding="utf-8") as f:
        return json.load(f)[standard.removeprefix("iso_")]


def current_currencies(path=SUPPLEMENTAL):
    """Country -> the currencies that are legal tender there: those without an end, in CLDR's order of importance."""
    current = {}
    for region in ElementTree.parse(path).getroot().iterfind("currencyData/region"):
        codes = [c.get("iso4217") for c in region.iterfind("currency")
                 if c.get("to") is None and c.get("tender") != "false"]
        current[region.get("iso3166")] = list(dict.fromkeys(codes))
    return current


def data_set(countries, subdivisions, currencies, used):
    """The items and the objects, each a list in the order they are written."""
    by_country = {}
    for subdivision in subdivisions:
        by_country.setdefault(subdivision["code"].split("-")[0], []).append(subdivision)
    names = {currency["alpha_3"]: currency for currency in currencies}
    items, objects, written = [], [], set()

    def refer(kind, code, body):
        key = f"{kind}/{code}"
        if key not in written:
            written.add(key)
            objects.append({"key": key, "body": body})
        return {"key": key}

    for country in sorted(countries, key=lambda c: c["alpha_2"]):
        code = country["alpha_2"]
        refs = [refer("country", code, country)]
        refs += [refer("currency", c, names.get(c, {"alpha_3": c})) for c in used.get(code, [])]
        refs += [refer("subdivision", s["code"], s)
                 for s in sorted(by_country.get(code, []), key=lambda s: s["code"])]
        items.append({"id": code, "refs": refs})
    return items, objects


def check(items, objects):
    """What must hold whatever the versions of the sources are; the figures for the UK are those of the README."""
    keys = [o["key"] for o in objects]
    assert len(keys) == len(set(keys)), "an object comes twice"
    assert len(items) == len({i["id"] for i in items}), "an item comes twice"
    known = set(keys)
    missing = [r["key"] for i in items for r in i["refs"] if r["key"] not in known]
    assert not missing, f"references to nothing: {missing[:5]}"
    uk = [r["key"] for r in next(i for i in items if i["id"] == "GB")["refs"]]
    assert uk[:2] == ["country/GB", "currency/GBP"], uk[:2]
    assert len(uk) == 1 + 1 + 220, f"the UK has {len(uk) - 2} subdivisions, not 220"


def write(path, records):
    """All or nothing: an interrupted run leaves no half a file under the final name."""
    unfinished = path + ".unfinished"
    with open(unfinished, "w", encoding="utf-8", newline="\n") as f:
        for record in records:
            f.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
    os.replace(unfinished, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="FOLDER")
    folder = parser.parse_args().folder
    try:
        sources = [read_iso(s) for s in ("3166-1", "3166-2", "4217")] + [current_currencies()]
    except OSError as error:
        sys.exit(f"sample_data: {error}\nsample_data: the packages iso-codes and unicode-cldr-core are needed")
    items, objects = data_set(*sources)
    check(items, objects)
    os.makedirs(folder, exist_ok=True)
    write(os.path.join(folder, "objects.ndjson"), objects)
    write(os.path.join(folder, "items.ndjson"), items)
    counts = {}
    for record in objects:
        kind = record["key"].split("/")[0]
        counts[kind] = counts.get(kind, 0) + 1
    kinds = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    print(f"sample data: {len(items)} items, {len(objects)} objects ({kinds})")


if __name__ == "__main__":
    main()
