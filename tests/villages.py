"""Thirty villages of the front around Bakhmut: facts, from general knowledge and GeoNames' points, for the test of a country pack."""

VILLAGES = {
    "Klishchiivka": (48.53, 37.96), "Opytne": (48.56, 38.02), "Berkhivka": (48.65, 37.97), "Paraskoviivka": (48.66, 38.00),
    "Krasna Hora": (48.66, 38.02), "Ivanivske": (48.57, 37.92), "Andriivka": (48.50, 37.97), "Kurdiumivka": (48.47, 37.96),
    "Ozarianivka": (48.45, 37.95), "Bohdanivka": (48.62, 37.90), "Khromove": (48.60, 37.95), "Yahidne": (48.63, 37.98),
    "Orikhovo-Vasylivka": (48.68, 37.88), "Dubovo-Vasylivka": (48.65, 37.93), "Zaliznianske": (48.70, 37.95), "Minkivka": (48.70, 37.85),
    "Vasiukivka": (48.74, 37.99), "Bila Hora": (48.48, 37.88), "Stupochky": (48.54, 37.83), "Predtechyne": (48.52, 37.82),
    "Kalynivka": (48.61, 37.86), "Zelenopillia": (48.48, 37.97), "Odradivka": (48.50, 38.02), "Zaitseve": (48.53, 38.07),
    "Vesela Dolyna": (48.55, 38.07), "Pidhorodne": (48.63, 38.02), "Bakhmutske": (48.66, 38.10), "Yakovlivka": (48.71, 38.15),
    "Rozdolivka": (48.75, 38.08), "Sakko i Vantsetti": (48.75, 38.03),
}  # fmt: skip

REPORT = (
    "Fighting around Bakhmut went on through the week, from the villages north of Soledar to the heights south of Chasiv Yar.\n\n"
    "North of the town, assault groups moved through {} and {}, shelled {} and were driven back from {}. Artillery struck {}, "
    "{} and {}, and the road to {} was cut. Further out, {}, {} and {} came under fire, as did {}, {} and {}.\n\n"
    "To the west, drones hit {} and {}. The last families left {}, {} and {}; in {} the school burned down. "
    "Shells fell on {} and {} too.\n\n"
    "In the south, troops held {} and {}, lost {}, and fought for {}. {} and {} have had no power since autumn. "
    "East of the town, {} and {} are in ruins."
).format(
    "Paraskoviivka", "Krasna Hora", "Pidhorodne", "Bakhmutske", "Yahidne", "Berkhivka", "Dubovo-Vasylivka", "Minkivka", "Zaliznianske",
    "Orikhovo-Vasylivka", "Vasiukivka", "Sakko i Vantsetti", "Rozdolivka", "Yakovlivka", "Khromove", "Bohdanivka", "Kalynivka", "Ivanivske",
    "Stupochky", "Predtechyne", "Bila Hora", "Klishchiivka", "Andriivka", "Kurdiumivka", "Zelenopillia", "Odradivka", "Opytne", "Ozarianivka",
    "Zaitseve", "Vesela Dolyna",
)  # fmt: skip
