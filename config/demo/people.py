"""Invented people: names, identity numbers with valid check digits, cards with Luhn digits.

Person `n` of a region is always the same one, so files can be written again from the number
alone, without holding a million people in memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from common.identifiers import bank_of_card, luhn_digit, make_identity_number

# Commoner surnames stand more often, as in the population.
_SURNAMES = (
    "王王王王李李李李张张张张刘刘刘陈陈陈杨杨杨赵赵黄黄周周吴吴徐徐孙孙胡胡朱朱高林何郭马罗梁宋郑谢韩唐冯"
    "于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史"
    "顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_DOUBLE_SURNAMES = ("欧阳", "司马", "上官", "诸葛", "夏侯", "尉迟")
_MALE = (
    "伟强磊军洋勇杰涛明超刚平辉鹏华飞波斌宇浩凯建国志文海峰林亮永健世荣昌德成康星光天达安岩中茂进有坚和彪博诚先敬震"
    "振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲江浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以"
)
_FEMALE = (
    "芳娜敏静丽艳娟秀英慧巧美雅芝玉萍红娥玲芬燕彩春菊兰凤洁梅琳素云莲真环雪荣爱妹霞香月莺媛瑞凡佳嘉琼勤珍贞莉桂娣叶"
    "璧璐娅琦晶妍茜秋珊莎锦黛青倩婷姣婉娴瑾颖露瑶怡婵雁蓓纨仪荷丹蓉眉君琴蕊薇菁梦岚苑婕馨瑗琰韵融园艺咏卿聪澜纯毓"
)
# Names of the Yi people, family and given name with a middle dot.
_DOT_FAMILY = ("吉克", "沙马", "阿苏", "木尔", "曲比", "吉木", "阿尔", "沈木", "马海", "勒格")
_DOT_MALE = ("木呷", "布哈", "拉铁", "尔古", "日则", "阿木")
_DOT_FEMALE = ("阿依", "拉则", "阿呷", "尔洗", "木果", "史薇")
# Characters few fonts and fewer old systems have; the last two lie outside the first plane.
RARE_GIVEN = ("䶮", "㛃", "\U0002c35b", "\U0002cb4e")

_PREFIXES = ("622848", "622845", "623052", "622202", "621226", "621700", "621660", "621799")
_FIRST_BIRTH = date(1967, 1, 3)
_BIRTH_DAYS = 14_009  # prime; 38 years
_PHONE_PREFIXES = ("138", "139", "150", "158", "182", "183", "187", "136", "177", "189")
_SCATTER = 48_271  # has no factor in common with 10, so it permutes numbers of any length


@dataclass(frozen=True, slots=True)
class InventedPerson:
    """One person who exists only here."""

    number: int
    name: str
    sex: str
    birth_date: date
    identity: str
    card: str
    bank_name: str
    phone: str


def invent_person(*, seed: int, region: str, number: int, place: str) -> InventedPerson:
    """Return person `number` (0 to 900,000 in one region) of the region; always the same one.

    `place` is the short name of the district, for the name of the bank's branch.
    """
    random = Random(f"{seed}/{region}/{number}")
    is_male = random.random() < 0.54
    born, sequence = _birth_of(number, is_male=is_male)
    card = _card(random.choice(_PREFIXES), int(region[4:]) * 1_000_000 + number)
    return InventedPerson(
        number=number,
        name=invent_name(random, is_male=is_male),
        sex="MALE" if is_male else "FEMALE",
        birth_date=born,
        identity=make_identity_number(region, born, sequence),
        card=card,
        bank_name=f"{bank_of_card(card) or '农业银行'}{place}支行",
        phone=random.choice(_PHONE_PREFIXES) + f"{random.randrange(10**8):08d}",
    )


def invent_name(random: Random, *, is_male: bool) -> str:
    """Return a Chinese name; a few with a middle dot, a double surname or a rare character."""
    draw = random.random()
    if draw < 0.02:
        given = _DOT_MALE if is_male else _DOT_FEMALE
        return f"{random.choice(_DOT_FAMILY)}·{random.choice(given)}"
    surname = random.choice(_DOUBLE_SURNAMES) if draw < 0.03 else random.choice(_SURNAMES)
    if draw > 0.998:
        return surname + random.choice(RARE_GIVEN)
    return surname + _given(random, _MALE if is_male else _FEMALE)


def _given(random: Random, characters: Sequence[str]) -> str:
    length = 1 if random.random() < 0.22 else 2
    return "".join(random.choice(characters) for _ in range(length))


def _birth_of(number: int, *, is_male: bool) -> tuple[date, int]:
    """Return a birth date and a sequence that no other number of the region has together."""
    round_number, place = divmod(number, _BIRTH_DAYS)
    day = _FIRST_BIRTH + timedelta(days=place * 7_919 % _BIRTH_DAYS)
    offset = place * 37 % 499
    return day, (offset + round_number) % 499 * 2 + (1 if is_male else 2)


def _card(prefix: str, number: int) -> str:
    """Return a 19-digit card number whose middle no other `number` has."""
    body = f"{prefix}{number * _SCATTER % 10**12:012d}"
    return body + luhn_digit(body)
