"""Files made to hang or fill whatever parses them: the bombs of the project's reliability survey, table 2.5, built small."""

from __future__ import annotations

import io
import zipfile
import zlib

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
_OPEN = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
_CLOSE = "</w:body></w:document>"


def docx(body, *, doctype=""):
    """Return a Word document whose body is an iterable of XML pieces, compressed as it comes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELS)
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            part.write(f'<?xml version="1.0"?>{doctype}{_OPEN}'.encode())
            for piece in body:
                part.write(piece)
            part.write(_CLOSE.encode())
    return out.getvalue()


def paragraph(text):
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>".encode()


def docx_of_500_mb():
    return docx(paragraph("Bakhmut held. " * 5_000) for _ in range(7_000))


def docx_with_one_text_of_300_mb():
    return docx([b"<w:p><w:r><w:t>", *(b"a" * 1_000_000 for _ in range(300)), b"</w:t></w:r></w:p>"])


def docx_of_nested_paragraphs():
    return docx([b"<w:p>" * 200_000, b"</w:p>" * 200_000])


def docx_with_entities():
    levels = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    return docx([paragraph("&e9;")], doctype=f'<!DOCTYPE d [<!ENTITY e0 "ha">{levels}]>')


def docx_that_reads_files():
    return docx([paragraph("&x;")], doctype='<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>')


def docx_of_many_parts():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "x")
        for number in range(5_000):
            archive.writestr(f"word/part{number}.xml", "x")
    return out.getvalue()


def _deflated(size_bytes, piece=b"\0" * 1_000_000):
    packer, out = zlib.compressobj(9), []
    for _ in range(size_bytes // len(piece)):
        out.append(packer.compress(piece))
    return b"".join(out) + packer.flush()


def pdf(stream, filters="/FlateDecode", pages="[3 0 R]", kids=""):
    """Return a PDF of one page with this content stream."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids{pages}/Count 1>>".encode(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}{f'/Filter{filters}' if filters else ''}>>stream\n".encode() + stream + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *([kids.encode()] if kids else []),
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, thing in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + thing + b"\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    tail = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer<</Root 1 0 R/Size {len(objects) + 1}>>\nstartxref\n{len(out)}\n%%EOF"
    return out + tail.encode()


def pdf_of_text(pages):
    """Return a PDF that shows these pages, each a list of lines."""
    count = len(pages)
    first = 4
    kids = " ".join(f"{first + 2 * i} 0 R" for i in range(count))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {count}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for number, lines in enumerate(pages):
        shown = "".join("({}) Tj T* ".format(line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")) for line in lines)
        stream = f"BT /F1 11 Tf 14 TL 60 760 Td {shown}ET"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {first + 2 * number + 1} 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
        )
        objects.append(f"<</Length {len(stream)}>>stream\n{stream}\nendstream")
    out, offsets = "%PDF-1.4\n", []
    for number, thing in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{thing}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer<</Root 1 0 R/Size {len(objects) + 1}>>\nstartxref\n{len(out)}\n%%EOF"
    return out.encode("latin-1")


def pdf_flate_of_1_gb():
    return pdf(_deflated(1_000_000_000))


def pdf_flate_twice_of_1_gb():
    return pdf(zlib.compress(_deflated(1_000_000_000), 9), "[/FlateDecode/FlateDecode]")


def pdf_of_100_mb_of_operators():
    return pdf(_deflated(100_000_000, b"BT (Bakhmut) Tj ET q Q 1 0 0 1 0 0 cm " * 25_000))


def pdf_whose_pages_go_in_circles():
    return pdf(b"BT ET", "", "[6 0 R]", "<</Type/Pages/Kids[2 0 R 6 0 R]/Count 9>>")


def pdf_cut_short():
    whole = pdf_of_text([["Shelling hit Bakhmut."]] * 3)
    return whole[: len(whole) // 2]


def pdf_of_nested_arrays():
    return pdf(b"[" * 200_000 + b"]" * 200_000, "")


def html_of_nested_boxes():
    return b"<html><body>" + b"<div>" * 100_000 + b"Bakhmut held." + b"</div>" * 100_000


def html_of_11_mb():
    return b"<html><body>" + b"<p>Shelling hit Bakhmut on Monday, officials said.</p>\n" * 210_000


def html_with_300_000_attributes():
    return b"<html><body><p " + b" ".join(b"a%d=1" % i for i in range(300_000)) + b">Shelling hit Bakhmut.</p></body></html>"


def html_with_attributes_just_under_the_cap():
    tag = b"<p " + b" ".join(b"a%d=1" % i for i in range(2_200)) + b">"
    return b"<html><body>" + (tag + b"Shelling hit Bakhmut.</p>") * 200


def html_of_open_brackets():
    return b"<html><body>" + b"<" * 1_000_000


def mail_of_parts_in_parts():
    heads = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (i, i) for i in range(400))
    return b"From: a@example.org\nTo: b@example.org\nSubject: x\nMIME-Version: 1.0\n" + heads + b"\nBakhmut held.\n"


def text_of_brackets():
    return b"(" * 390_000


BOMBS = {
    build.__name__: (build, name)
    for build, name in (
        (docx_of_500_mb, "a.docx"), (docx_with_one_text_of_300_mb, "b.docx"), (docx_of_nested_paragraphs, "c.docx"),
        (docx_with_entities, "d.docx"), (docx_that_reads_files, "e.docx"), (docx_of_many_parts, "f.docx"),
        (pdf_flate_of_1_gb, "a.pdf"), (pdf_flate_twice_of_1_gb, "b.pdf"), (pdf_of_100_mb_of_operators, "c.pdf"),
        (pdf_whose_pages_go_in_circles, "d.pdf"), (pdf_cut_short, "e.pdf"), (pdf_of_nested_arrays, "f.pdf"),
        (html_of_nested_boxes, "a.html"), (html_of_11_mb, "b.html"), (html_with_300_000_attributes, "c.html"),
        (html_with_attributes_just_under_the_cap, "d.html"), (html_of_open_brackets, "e.html"),
        (mail_of_parts_in_parts, "a.eml"), (text_of_brackets, "a.txt"),
    )
}  # fmt: skip
