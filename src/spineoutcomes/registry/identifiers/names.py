"""Columns whose name says that they identify a person: English, Chinese, the Nordic languages."""

from __future__ import annotations

import re
import unicodedata

# Words as they stand in a column's name, small, without accents and without what joins them:
# "First Name", "firstName" and "first_name" are all "firstname".
_NAMED = {
    "name": "name firstname lastname middlename fullname givenname maidenname familyname "
    "patientname surname forename initials nextofkin guardian "
    "navn fornavn etternavn mellomnavn efternavn pasientnavn patientnavn initialer "
    "namn fornamn efternamn mellannamn patientnamn nimi etunimi sukunimi potilaannimi "
    "nafn fornafn eftirnafn parorende anhorig",
    "date of birth": "dob birthdate birthday dateofbirth birthdt fodselsdato foedselsdato "
    "fodselsdag fodelsedatum fodelsedag fodseldato syntymaaika syntymapaiva faedingardagur",
    "national identity number": "ssn socialsecurity socialsecuritynumber nationalid nhsnumber "
    "nhsno nhi personnummer personnr pnr fodselsnummer foedselsnummer fodselsnr fnr dnummer "
    "cpr cprnr cprnummer samordningsnummer henkilotunnus hetu kennitala passport passportno",
    "record or account number": "mrn medicalrecord medicalrecordnumber medicalrecordno "
    "recordnumber hospitalnumber hospitalno chartno chartnumber casenumber admissionnumber "
    "accountnumber accountno insurancenumber insuranceid policynumber healthplan licensenumber "
    "licenseno licencenumber licenceno journalnummer journalnr nprid",
    "telephone or fax": "phone phonenumber telephone telephonenumber tel telno mobile "
    "mobilephone cellphone fax faxnumber telefon telefonnummer tlf mobil mobiltelefon "
    "mobilnummer puhelin puhelinnumero matkapuhelin simi",
    "e-mail": "email emailaddress mail mailaddress epost epostadresse epostadress "
    "sahkoposti netfang",
    "address": "address homeaddress street streetaddress zip zipcode postcode postalcode "
    "postalzip adresse adress gateadresse gatuadress postnummer postnr poststed postort osoite "
    "katuosoite postinumero heimilisfang",
    "device or vehicle number": "serial serialno serialnumber udi deviceid implantserial "
    "lotnumber lotno serienummer serienr vehicleid licenseplate numberplate",
    "internet address": "url website homepage ipaddress ipaddr ipadresse",
    "picture or biometric": "photo photograph picture portrait fingerprint biometric",
}
_CHINESE = {
    "name": ("姓名", "患者名", "病人名", "联系人", "聯絡人", "家属"),
    "date of birth": ("出生日期", "出生年月", "生日"),
    "national identity number": (
        "身份证",
        "身分证",
        "身分證",
        "身份證",
        "证件号",
        "證件號",
        "护照",
    ),
    "record or account number": (
        *("住院号", "住院號", "病案号", "病案號", "病历号", "病歷號", "门诊号", "門診號"),
        *("就诊号", "登记号", "医保", "社保", "卡号"),
    ),
    "telephone or fax": ("电话", "電話", "手机", "手機", "联系方式", "传真"),
    "e-mail": ("邮箱", "郵箱", "电子邮件", "微信"),
    "address": ("地址", "住址", "邮编", "籍贯"),
    "device or vehicle number": ("序列号", "车牌"),
    "picture or biometric": ("照片", "指纹"),
}
_WORDS = {word: kind for kind, words in _NAMED.items() for word in words.split()}
LONGEST = 4  # words in a row that make one: "date of birth", "medical record no"
# Letters that are no letter with an accent.
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "ð": "d", "þ": "th", "ß": "ss"})


def named_after(column: str) -> str | None:
    """Return what about a person a column's name says it holds, or None."""
    plain = unicodedata.normalize("NFKC", column)
    for kind, parts in _CHINESE.items():
        if any(part in plain for part in parts):
            return kind
    words = _words(plain)
    for length in range(LONGEST, 0, -1):
        for start in range(len(words) - length + 1):
            joined = "".join(words[start : start + length])
            # "name" alone may be that of a hospital: "centre_name" is none of a person.
            if joined in _WORDS and (len(joined) > len("name") or len(words) == 1 or _sure(joined)):
                return _WORDS[joined]
    return None


def _sure(word: str) -> bool:
    return _WORDS[word] != "name"


def _words(name: str) -> list[str]:
    apart = re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])", " ", name).casefold().translate(_LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(c))
    return re.findall(r"[a-z]+", plain)
